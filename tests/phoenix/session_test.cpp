// SPDX-License-Identifier: MIT

// Random sessions against the rules that a client relies on. How it works:
//   1. A seed gives a world of two shards and some clients, and then a few hundred steps: a client sends a frame
//      (joins, leaves, pushes, broadcasts, with refs that fit, are stale, or are missing), or a shard takes a round.
//   2. A copy of each client's log is read as a client would read it, and every frame is checked (see Reader).
//   3. A failure prints the seed; ENTMOOT_SEED=n runs that one alone.

#include "fixture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>

using namespace entmoot;

namespace {

std::string quoted(int number) { return "\"" + std::to_string(number) + "\""; }

/// Reads what one client received, and knows what it asked.
class Reader {
 public:
  void sent_join(const std::string& topic, int join_ref) { joins_[{topic, quoted(join_ref)}] = false; }
  void sent_push(const std::string& ref) { asked_.insert(ref); }

  void reads(const std::string& frame) {
    CAPTURE(frame);
    const auto parsed = parse_json(frame);
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->is_array());
    const auto& parts = parsed->as_array();
    REQUIRE(parts.size() == 5);
    CHECK(to_json(*parsed) == frame);  // compact: the same text when it is written again
    for (const auto& ref : {parts[0], parts[1]}) CHECK((ref.is_null() || ref.is_string()));
    const std::string join_ref = to_json(parts[0]);
    const std::string ref = to_json(parts[1]);
    const std::string topic(parts[2].as_string());
    const std::string event(parts[3].as_string());
    CHECK(parts[4].is_object());

    if (event == "phx_reply") {
      const auto join = joins_.find({topic, ref});
      if (join != joins_.end()) {
        CHECK_FALSE(join->second);  // a join is answered once
        join->second = true;
        if (parts[4].at("status").as_string() == "ok") alive_[topic].insert(join_ref);
        return;
      }
      CHECK(asked_.erase(ref) == 1);  // every other ref at most once
      if (topic != "phoenix" && parts[4].at("response") != Json(unmatched_) && !alive_[topic].contains(join_ref)) {
        CHECK(parts[4].at("response").as_object().empty());  // a leave of what was not joined
      }
    } else if (event == "phx_close" || event == "phx_error") {
      CHECK(join_ref == ref);
      CHECK(alive_[topic].erase(join_ref) == 1);  // it had been joined, and it ends once
    } else if (parts[0].is_null()) {
      CHECK(ref == "null");
      CHECK_FALSE(alive_[topic].empty());  // a broadcast, after a join reply and before the close
      const auto publisher = parts[4].at("from").as_int64();
      const auto number = parts[4].at("n").as_int64();
      CHECK(number > heard_[{topic, publisher}]);  // in the order of its publisher, no duplicate
      heard_[{topic, publisher}] = number;
    } else {
      CHECK(ref == "null");
      CHECK(alive_[topic].contains(join_ref));
    }
  }

  [[nodiscard]] std::size_t unanswered_joins() const {
    std::size_t count = 0;
    for (const auto& [join, answered] : joins_) count += !answered;
    return count;
  }

 private:
  const boost::json::object unmatched_{{"reason", "unmatched topic"}};
  std::map<std::pair<std::string, std::string>, bool> joins_;
  std::set<std::string> asked_;
  std::map<std::string, std::set<std::string>> alive_;
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> heard_;
};

void run_session(unsigned seed) {
  CAPTURE(seed);
  std::mt19937 random(seed);
  World world(2);
  struct Party {
    std::unique_ptr<TestClient> client;
    Reader reader;
    std::map<std::string, int> join_ref;
    int last_ref = 0;
  };
  std::vector<Party> parties(4);
  for (std::size_t i = 0; i < parties.size(); ++i) {
    parties[i].client = std::make_unique<TestClient>(world.shards[i % 2], world.mount);
  }
  const std::vector<std::string> topics = {"room:1", "room:2", "room:after", "room:slow", "room:deny", "nope"};
  const std::vector<std::string> events = {"ok",      "echo",       "noreply",  "pushreply", "shout",
                                           "shout",   "shout_from", "async",    "stop",      "crash",
                                           "unknown", "phx_leave",  "phx_leave"};
  int number = 0;
  for (int step = 0; step < 300; ++step) {
    const std::size_t who = random() % parties.size();
    Party& party = parties[who];
    const std::string& topic = topics[random() % topics.size()];
    const int ref = ++party.last_ref;
    switch (random() % 8) {
      case 0: world.shards[random() % 2].poll(); break;
      case 1: world.clock.advance(std::chrono::milliseconds(random() % 200)); break;
      case 2:
        party.reader.sent_push(quoted(ref));
        party.client->sends("[null," + quoted(ref) + R"(,"phoenix","heartbeat",{}])");
        break;
      case 3:
        party.reader.sent_join(topic, ref);
        party.join_ref[topic] = ref;
        party.client->sends("[" + quoted(ref) + "," + quoted(ref) + ",\"" + topic + R"(","phx_join",{}])");
        break;
      default: {
        const auto kind = random() % 8;
        const std::string join_ref = kind == 0 ? "null" : kind == 1 ? "\"stale\"" : quoted(party.join_ref[topic]);
        party.reader.sent_push(quoted(ref));
        party.client->sends("[" + join_ref + "," + quoted(ref) + ",\"" + topic + "\",\"" +
                            events[random() % events.size()] + R"(",{"from":)" + std::to_string(who) + R"(,"n":)" +
                            std::to_string(++number) + "}]");
      }
    }
  }
  for (int i = 0; i < 50; ++i) world.advance(std::chrono::milliseconds(500));  // the slow joins, one behind the other
  for (Party& party : parties) {
    CHECK_FALSE(party.client->closed());
    for (const auto& frame : party.client->received()) party.reader.reads(frame);
    CHECK(party.reader.unanswered_joins() == 0);
  }
}

}  // namespace

TEST_CASE("random sessions satisfy every rule of the protocol") {
  if (const char* seed = std::getenv("ENTMOOT_SEED")) return run_session(static_cast<unsigned>(std::atoi(seed)));
  for (unsigned seed = 1; seed <= 60; ++seed) run_session(seed);
}
