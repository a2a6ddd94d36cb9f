// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <entmoot/phoenix/presence.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <utility>

using namespace entmoot;

namespace {

/// What the presence did to a channel that asked.
struct Answers {
  Texts errors;
  Texts refs;
};

/// Pushes the state when it has joined and tracks the `key` of its join, if there is one; then executes the client's
/// commands.
class PresentChannel final : public Channel {
 public:
  PresentChannel(Presence& presence, Answers& answers) : presence_(presence), answers_(answers) {}

  JoinResult join(std::string_view topic, const Payload& payload) override {
    const Json params = payload.json().parse().value();
    if (topic == "room:hasty") note(presence_.track(*this, "u", empty_object()));
    after(Duration::zero(), [this, params]() -> InfoResult {
      push("presence_state", presence_.list(this->topic()));
      if (const auto* key = params.as_object().if_contains("key")) {
        note(presence_.track(*this, std::string_view(key->as_string()), json(R"({"n":0})")));
      }
      return NoReply{};
    });
    return Ok{};
  }

  /// The payload is {"key":…,"meta":…}.
  HandleResult handle_in(std::string_view event, const Payload& payload) override {
    if (event == "stop") return Stop{};
    if (event == "crash") throw std::runtime_error("asked to");
    const Json params = payload.json().parse().value();
    const std::string key(params.at("key").as_string());
    if (event == "track") note(presence_.track(*this, key, JsonText::of(params.at("meta"))));
    if (event == "update") note(presence_.update(*this, key, JsonText::of(params.at("meta"))));
    if (event == "untrack") presence_.untrack(*this, key);
    return NoReply{};
  }

  void terminate(ChannelEnd) override {
    if (topic() == "room:late") note(presence_.track(*this, "late", empty_object()));
    if (topic() == "room:bad-end") throw std::runtime_error("asked to");
  }

 private:
  void note(const Result<std::string>& result) {
    (result ? answers_.refs : answers_.errors).push_back(result ? *result : result.error().reason);
  }

  Presence& presence_;
  Answers& answers_;
};

class PresentSocket final : public UserSocket {
 public:
  PresentSocket(Presence& presence, Answers& answers) {
    channel("room:*", [&] { return std::make_unique<PresentChannel>(presence, answers); });
  }
};

struct PresentWorld {
  explicit PresentWorld(unsigned count = 2, PresenceOptions options = {})
      : shards(count, clock), pubsub(shards), presence(shards, pubsub, std::move(options)) {
    spdlog::set_level(spdlog::level::off);
  }
  void settles() { settle(shards); }
  std::string list(std::size_t shard, std::string_view topic = "room:p") {
    std::string text;
    run_on(shards[shard], [&] { text = presence.list(topic).view(); });
    return text;
  }
  /// Key → the `n` of each of its metas, as this shard sees it.
  std::map<std::string, std::multiset<std::int64_t>> numbers(std::size_t shard, std::string_view topic = "room:p");

  ManualClock clock;
  Shards shards;
  PubSub pubsub;
  Presence presence;
  Answers answers;
  PresentSocket user_socket{presence, answers};
  SocketMount mount{shards, pubsub, user_socket};
};

using Numbers = std::map<std::string, std::multiset<std::int64_t>>;

Numbers numbers_of(const boost::json::object& presences) {
  Numbers numbers;
  for (const auto& [key, value] : presences) {
    for (const auto& meta : value.at("metas").as_array()) numbers[key].insert(meta.at("n").as_int64());
  }
  return numbers;
}

Numbers PresentWorld::numbers(std::size_t shard, std::string_view topic) {
  return numbers_of(parse_json(list(shard, topic))->as_object());
}

/// The client's half of the protocol (Presence in phoenix.js), on one topic.
class PresenceModel {
 public:
  void handle(const std::string& frame) {
    const Json message = parse_json(frame).value();
    const auto& event = message.at(3).as_string();
    const auto& payload = message.at(4).as_object();
    if (event == "phx_join") return;
    if (event == "presence_state") {
      CHECK(message.at(0).is_string());  // a push
      state_ = payload;
      synced_ = true;
      for (const auto& diff : std::exchange(queued_, {})) apply(diff);
    } else if (event == "presence_diff") {
      CHECK(message.at(0).is_null());  // a broadcast
      CHECK(message.at(1).is_null());
      CHECK(payload.size() == 2);
      synced_ ? apply(payload) : queued_.push_back(payload);
    }
  }
  [[nodiscard]] const boost::json::object& state() const { return state_; }

 private:
  /// Joins first, then leaves; both by phx_ref.
  void apply(const boost::json::object& diff) {
    for (const auto& [key, value] : diff.at("joins").as_object()) {
      const auto refs = refs_of(value);
      auto joined = value;
      auto& metas = joined.at("metas").as_array();
      if (const auto* old = state_.if_contains(key)) {
        boost::json::array kept;
        for (const auto& meta : old->at("metas").as_array()) {
          if (!refs.contains(ref_of(meta))) kept.push_back(meta);
        }
        metas.insert(metas.begin(), kept.begin(), kept.end());
      }
      state_[key] = joined;
    }
    for (const auto& [key, value] : diff.at("leaves").as_object()) {
      auto* const present = state_.if_contains(key);
      if (!present) continue;
      const auto refs = refs_of(value);
      auto& metas = present->at("metas").as_array();
      for (auto at = metas.begin(); at != metas.end();) at = refs.contains(ref_of(*at)) ? metas.erase(at) : at + 1;
      if (metas.empty()) state_.erase(key);
    }
  }
  static std::string ref_of(const Json& meta) { return std::string(meta.at("phx_ref").as_string()); }
  static std::set<std::string> refs_of(const Json& value) {
    std::set<std::string> refs;
    for (const auto& meta : value.at("metas").as_array()) refs.insert(ref_of(meta));
    return refs;
  }

  bool synced_ = false;
  boost::json::object state_;
  std::vector<boost::json::object> queued_;
};

struct PresentClient : TestClient {
  PresentClient(PresentWorld& the_world, unsigned shard, std::string_view join_payload,
                std::string_view topic = "room:p")
      : TestClient(the_world.shards[shard], the_world.mount), world(the_world), room(topic) {
    sends(R"(["1","1",")" + room + R"(","phx_join",)" + std::string(join_payload) + "]");
    world.settles();
  }
  void asks(const std::string& event, const std::string& payload = "{}") {
    sends(R"(["1","2",")" + room + R"(",")" + event + "\"," + payload + "]");
    world.settles();
  }
  /// What came, with every phx_ref replaced by R1, R2, … in the order of the world's tracking.
  Texts received_plain() {
    Texts texts = received();
    for (auto& text : texts) {
      for (std::size_t i = 0; i < world.answers.refs.size(); ++i) {
        const std::string& ref = world.answers.refs[i];
        for (auto at = text.find(ref); at != std::string::npos; at = text.find(ref)) {
          text.replace(at, ref.size(), "R" + std::to_string(i + 1));
        }
      }
    }
    return texts;
  }
  PresentWorld& world;
  std::string room;
};

std::string diff(const std::string& joins, const std::string& leaves) {
  return R"([null,null,"room:p","presence_diff",{"joins":)" + joins + R"(,"leaves":)" + leaves + "}]";
}
std::string state(const std::string& presences) { return R"(["1",null,"room:p","presence_state",)" + presences + "]"; }

const std::string joined = R"(["1","1","room:p","phx_reply",{"status":"ok","response":{}}])";

}  // namespace

TEST_CASE("a client that joins gets the state after the reply, and is then announced to all") {
  PresentWorld world;
  PresentClient a(world, 0, R"({"key":"u1"})");
  const std::string u1 = R"({"u1":{"metas":[{"n":0,"phx_ref":"R1"}]}})";
  CHECK(a.received_plain() == Texts{joined, state("{}"), diff(u1, "{}")});
  PresentClient b(world, 1, R"({"key":"u2"})");
  const std::string u2 = R"({"u2":{"metas":[{"n":0,"phx_ref":"R2"}]}})";
  CHECK(b.received_plain() == Texts{joined, state(u1), diff(u2, "{}")});
  CHECK(a.received_plain() == Texts{diff(u2, "{}")});
  CHECK(world.list(0) == world.list(1));
}

TEST_CASE("an update is one diff that joins the new meta and leaves the old, and tells both refs") {
  PresentWorld world;
  PresentClient a(world, 0, R"({"key":"u1"})");
  PresentClient b(world, 1, "{}");
  (void)a.received();
  (void)b.received();
  a.asks("update", R"({"key":"u1","meta":{"n":1}})");
  const Texts first{diff(R"({"u1":{"metas":[{"n":1,"phx_ref":"R2","phx_ref_prev":"R1"}]}})",
                         R"({"u1":{"metas":[{"n":0,"phx_ref":"R1"}]}})")};
  CHECK(a.received_plain() == first);
  CHECK(b.received_plain() == first);
  a.asks("update", R"({"key":"u1","meta":{"n":2}})");
  CHECK(b.received_plain() == Texts{diff(R"({"u1":{"metas":[{"n":2,"phx_ref":"R3","phx_ref_prev":"R2"}]}})",
                                         R"({"u1":{"metas":[{"n":1,"phx_ref":"R2","phx_ref_prev":"R1"}]}})")});
}

TEST_CASE("a client that is gone leaves with the meta that was announced") {
  PresentWorld world;
  PresentClient a(world, 0, R"({"key":"u1"})");
  PresentClient b(world, 1, "{}");
  (void)b.received();
  a.disconnects();
  world.settles();
  CHECK(b.received_plain() == Texts{diff("{}", R"({"u1":{"metas":[{"n":0,"phx_ref":"R1"}]}})")});
  CHECK(world.list(0) == "{}");
  CHECK(world.list(1) == "{}");
}

TEST_CASE("presences end with their channel, once, whatever ends it") {
  for (const std::string topic : {"room:p", "room:bad-end"}) {
    for (const std::string end : {"leave", "stop", "crash", "rejoin", "disconnect"}) {
      CAPTURE(topic);
      CAPTURE(end);
      PresentWorld world;
      PresentClient watcher(world, 1, "{}", topic);
      PresentClient a(world, 0, R"({"key":"u1"})", topic);
      a.asks("track", R"({"key":"u1b","meta":{"n":7}})");
      CHECK(world.numbers(1, topic) == Numbers{{"u1", {0}}, {"u1b", {7}}});
      (void)watcher.received();
      if (end == "leave") a.asks("phx_leave");
      if (end == "stop") a.asks("stop");
      if (end == "crash") a.asks("crash");
      if (end == "rejoin") a.sends(R"(["2","2",")" + topic + R"(","phx_join",{}])");
      if (end == "disconnect") a.disconnects();
      world.settles();
      const Texts seen = watcher.received();
      REQUIRE(seen.size() == 1);
      const Json payload = parse_json(seen[0])->at(4);
      CHECK(payload.at("joins").as_object().empty());
      CHECK(numbers_of(payload.at("leaves").as_object()) == Numbers{{"u1", {0}}, {"u1b", {7}}});
      CHECK(world.list(0, topic) == "{}");
      CHECK(world.list(1, topic) == "{}");
    }
  }
}

TEST_CASE("a key that two channels track is there twice, until each of them has left") {
  PresentWorld world;
  PresentClient watcher(world, 0, "{}");
  PresentClient one(world, 0, R"({"key":"u"})");
  PresentClient two(world, 1, R"({"key":"u"})");
  CHECK(world.numbers(0) == Numbers{{"u", {0, 0}}});
  CHECK(world.list(0) == world.list(1));
  (void)watcher.received();
  one.asks("phx_leave");
  CHECK(watcher.received_plain() == Texts{diff("{}", R"({"u":{"metas":[{"n":0,"phx_ref":"R1"}]}})")});
  CHECK(world.numbers(1) == Numbers{{"u", {0}}});
  two.disconnects();
  world.settles();
  CHECK(world.numbers(1).empty());
}

TEST_CASE("a channel that leaves a key keeps the others") {
  PresentWorld world;
  PresentClient a(world, 0, R"({"key":"u1"})");
  a.asks("track", R"({"key":"u2","meta":{"n":2}})");
  a.asks("untrack", R"({"key":"u1"})");
  a.asks("untrack", R"({"key":"nobody"})");
  CHECK(world.numbers(1) == Numbers{{"u2", {2}}});
  a.asks("track", R"({"key":"u1","meta":{"n":3}})");
  CHECK(world.numbers(1) == Numbers{{"u1", {3}}, {"u2", {2}}});
  CHECK(world.answers.errors.empty());
}

TEST_CASE("a refused track is an error that says what to do, and changes nothing") {
  PresentWorld world(1, {.fetch = {}, .limits = {.per_owner = 2, .per_topic = 3, .meta_bytes = 20, .key_bytes = 5}});
  PresentClient a(world, 0, R"({"key":"u1"})");
  PresentClient b(world, 0, "{}");
  const std::string before = world.list(0);
  (void)a.received();
  const auto error_of = [&](PresentClient& client, const std::string& event, const std::string& payload) {
    world.answers.errors.clear();
    client.asks(event, payload);
    return world.answers.errors.empty() ? std::string() : world.answers.errors.front();
  };
  CHECK(error_of(a, "track", R"({"key":"u1","meta":{}})") == "already tracked as \"u1\": use update");
  CHECK(error_of(b, "update", R"({"key":"u1","meta":{}})") == "not tracked as \"u1\": use track first");
  for (const std::string meta : {"null", "[]", "1", "\"x\""}) {
    CHECK(error_of(a, "track", R"({"key":"u","meta":)" + meta + "}") == "the meta is not a JSON object");
    CHECK(error_of(a, "update", R"({"key":"u1","meta":)" + meta + "}") == "the meta is not a JSON object");
  }
  CHECK(error_of(a, "track", R"({"key":"u","meta":{"text":"0123456789a"}})") ==
        "the meta has 22 bytes, the limit is 20: store an id and add the rest in fetch (PresenceLimits::meta_bytes)");
  CHECK(error_of(a, "track", R"({"key":"sixsix","meta":{}})") ==
        "the key has 6 bytes, the limit is 5: use an id (PresenceLimits::key_bytes)");
  CHECK(world.list(0) == before);
  CHECK(a.received().empty());

  CHECK(error_of(a, "track", R"({"key":"u2","meta":{}})").empty());
  CHECK(error_of(a, "track", R"({"key":"u3","meta":{}})") ==
        "too many presences: the limit is 2 per channel; untrack one (PresenceLimits::per_owner)");
  CHECK(error_of(b, "track", R"({"key":"u3","meta":{}})").empty());
  CHECK(error_of(b, "track", R"({"key":"u4","meta":{}})") ==
        "too many presences: the limit is 3 per topic; use more topics (PresenceLimits::per_topic)");
  CHECK(error_of(a, "update", R"({"key":"u2","meta":{"n":1}})").empty());  // no more than before
}

TEST_CASE("a channel that has not joined, or has ended, is not present") {
  PresentWorld world;
  PresentClient hasty(world, 0, "{}", "room:hasty");
  CHECK(world.answers.errors == Texts{"the channel has not joined: call track in after({}, …), not in join()"});
  PresentClient late(world, 0, "{}", "room:late");
  late.asks("phx_leave");
  CHECK(world.answers.errors.size() == 2);
  CHECK(world.list(0, "room:late") == "{}");
}

TEST_CASE("refs in a meta that comes from a client are replaced by ours") {
  PresentWorld world;
  PresentClient a(world, 0, "{}");
  a.asks("track", R"({"key":"u","meta":{"phx_ref":"mine","n":1,"phx_ref_prev":"older"}})");
  const Json meta = parse_json(world.list(1))->at("u").at("metas").at(0);
  CHECK(meta == Json{{"n", 1}, {"phx_ref", world.answers.refs.at(0)}});
  CHECK(world.answers.refs.at(0).size() == 16);
}

TEST_CASE("keys are any text") {
  PresentWorld world;
  PresentClient a(world, 0, "{}");
  a.asks("track", R"({"key":"a \"quoted\" Ärger\n","meta":{}})");
  CHECK(parse_json(world.list(1))->as_object().contains("a \"quoted\" Ärger\n"));
  run_on(world.shards[0], [&] {
    const auto owner = world.presence.new_owner();
    CHECK(world.presence.track(owner, "t", "\xff", empty_object()).error().reason == "the key is not UTF-8");
  });
}

TEST_CASE("fetch adds fields beside the metas, in the state and in both halves of a diff") {
  PresenceOptions options;
  options.fetch = [](std::string_view topic, const PresenceMetas& presences) {
    PresenceFields fields;
    for (const auto& [key, metas] : presences) {
      fields[key] = {{"where", topic}, {"tabs", metas.size()}, {"metas", "never"}};
    }
    fields["stranger"] = {{"x", 1}};
    return fields;
  };
  PresentWorld world(2, std::move(options));
  PresentClient watcher(world, 1, "{}");
  PresentClient a(world, 0, R"({"key":"u"})");
  const std::string u = R"({"u":{"metas":[{"n":0,"phx_ref":"R1"}],"where":"room:p","tabs":1}})";
  CHECK(watcher.received_plain() == Texts{joined, state("{}"), diff(u, "{}")});
  PresentClient b(world, 1, "{}");
  CHECK(b.received_plain() == Texts{joined, state(u)});
  run_on(world.shards[1], [&] {
    CHECK(world.presence.get_by_key("room:p", "u")->parse()->at("tabs").as_int64() == 1);
    CHECK(!world.presence.get_by_key("room:p", "v"));
  });
  a.disconnects();
  world.settles();
  CHECK(b.received_plain() == Texts{diff("{}", u)});
}

TEST_CASE("a fetch that throws costs its fields and nothing else") {
  PresenceOptions options;
  options.fetch = [](std::string_view, const PresenceMetas&) -> PresenceFields { throw std::runtime_error("no"); };
  PresentWorld world(2, std::move(options));
  PresentClient a(world, 0, R"({"key":"u"})");
  CHECK(a.received_plain().back() == diff(R"({"u":{"metas":[{"n":0,"phx_ref":"R1"}]}})", "{}"));
  CHECK(world.numbers(1) == Numbers{{"u", {0}}});
}

TEST_CASE("an owner that is not a channel is present until it untracks") {
  PresentWorld world;
  PresentClient a(world, 1, "{}");
  PresenceOwner bot{};
  run_on(world.shards[0], [&] {
    bot = world.presence.new_owner();
    CHECK(world.presence.new_owner() != bot);
    CHECK(world.presence.track(bot, "room:p", "bot", json(R"({"n":1})")));
    CHECK(world.presence.track(bot, "room:q", "bot", json(R"({"n":2})")));
    CHECK(!world.presence.track(bot, "room:p", "bot", empty_object()));
    CHECK(world.presence.update(bot, "room:p", "bot", json(R"({"n":3})")));
  });
  world.settles();
  CHECK(world.numbers(1) == Numbers{{"bot", {3}}});
  run_on(world.shards[0], [&] { world.presence.untrack(bot, "room:p", "bot"); });
  world.settles();
  CHECK(world.numbers(1).empty());
  CHECK(world.numbers(1, "room:q") == Numbers{{"bot", {2}}});
  run_on(world.shards[0], [&] { world.presence.untrack(bot); });
  world.settles();
  CHECK(world.numbers(1, "room:q").empty());
}

TEST_CASE("a local broadcast reaches this shard's subscribers only, whatever lane they are on") {
  PresentWorld world;
  PresentClient here(world, 0, "{}");
  PresentClient there(world, 1, "{}");
  (void)here.received();
  (void)there.received();
  int heard = 0;
  Subscription subscription;
  run_on(world.shards[0], [&] {
    subscription = world.pubsub.subscribe("room:p", [&](const Broadcast&) { ++heard; });
    world.pubsub.local_broadcast("room:p", "news", empty_object());
    CHECK(here.received() == Texts{R"([null,null,"room:p","news",{}])"});
    CHECK(heard == 0);
    CHECK_THROWS_AS(world.pubsub.local_broadcast("room:p", "news", json("[]")), std::invalid_argument);
  });
  world.settles();
  CHECK(heard == 1);
  CHECK(there.received().empty());
  run_on(world.shards[0], [&] { subscription.end(); });
}

TEST_CASE("every client ends with the true list, in every interleaving that a seed gives") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    PresentWorld world(3);
    struct Watcher {
      std::unique_ptr<TestClient> client;
      PresenceModel model;
    };
    std::vector<Watcher> watchers;
    int said = 0;
    const auto listen = [&] {
      for (auto& watcher : watchers) {
        for (const auto& frame : watcher.client->received()) watcher.model.handle(frame);
      }
    };
    for (int step = 0; step < 60; ++step) {
      const std::string key(1, static_cast<char>('a' + random() % 3));
      const std::string payload = R"({"key":")" + key + R"(","meta":{"n":)" + std::to_string(++said) + "}}";
      const std::size_t who = watchers.empty() ? 0 : random() % watchers.size();
      switch (watchers.empty() ? 0 : random() % 8) {
        case 0: {
          if (watchers.size() == 6) break;
          auto client = std::make_unique<TestClient>(world.shards[random() % 3], world.mount);
          client->sends(R"(["1","1","room:p","phx_join",)" + payload + "]");
          watchers.push_back({std::move(client), {}});
          break;
        }
        case 1: watchers[who].client->sends(R"(["1","2","room:p","track",)" + payload + "]"); break;
        case 2: watchers[who].client->sends(R"(["1","2","room:p","update",)" + payload + "]"); break;
        case 3: watchers[who].client->sends(R"(["1","2","room:p","untrack",)" + payload + "]"); break;
        case 4:
          if (random() % 3 > 0) break;
          watchers[who].client->disconnects();
          watchers.erase(watchers.begin() + static_cast<std::ptrdiff_t>(who));
          break;
        default: world.shards[random() % 3].poll();
      }
    }
    world.settles();
    listen();
    const Numbers truth = world.numbers(0);
    CHECK(world.numbers(1) == truth);
    CHECK(world.numbers(2) == truth);
    for (auto& watcher : watchers) CHECK(numbers_of(watcher.model.state()) == truth);
    watchers.clear();
    world.settles();
    for (const std::size_t shard : {0U, 1U, 2U}) CHECK(world.list(shard) == "{}");
  }
}

TEST_CASE("with threads: replicas that change at the same time agree in the end") {
  PresentWorld world(3);
  world.shards.start();
  constexpr int rounds = 200;
  std::atomic<unsigned> done = 0;
  for (std::size_t i = 0; i < world.shards.size(); ++i) {
    world.shards[i].post([&world, &done] {
      const auto owner = world.presence.new_owner();
      for (int n = 0; n < rounds; ++n) {
        const std::string topic = "room:" + std::to_string(n % 5);
        if (!world.presence.track(owner, topic, "u", json(R"({"n":1})"))) {
          world.presence.update(owner, topic, "u", json(R"({"n":2})")).value();
        }
        if (n < rounds / 2 && n % 7 == 0) world.presence.untrack(owner, topic, "u");
      }
      ++done;
      done.notify_all();
    });
  }
  for (unsigned now = done; now < 3; now = done) done.wait(now);
  world.shards.stop_and_join();
  world.settles();  // what was still on its way
  for (int n = 0; n < 5; ++n) {
    const std::string topic = "room:" + std::to_string(n);
    CHECK(world.list(0, topic) == world.list(1, topic));
    CHECK(world.list(0, topic) == world.list(2, topic));
    CHECK(!world.numbers(0, topic).at("u").empty());
  }
}
