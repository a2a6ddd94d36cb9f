// SPDX-License-Identifier: MIT
//
// Which broadcasts come to handle_out may change while a channel lives: that holds for what is broadcast from then on,
// and what is on its way is overtaken by nothing.

#include "fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace entmoot;

namespace {

/// The broadcasts passed to handle_out, which the test pushes.
struct Elsewhere {
  SocketRef channel;
  std::vector<Broadcast> given;
  std::vector<ReplyTo> asked;
};

class LeavingItToOthers final : public Channel {
 public:
  explicit LeavingItToOthers(Elsewhere& elsewhere) : elsewhere_(elsewhere) {}

  JoinResult join(std::string_view topic, const Payload&) override {
    elsewhere_.channel = address();
    if (topic == "room:hushed") intercept({"a"});
    if (topic != "room:later") return Ok{};
    elsewhere_.asked.push_back(answer());
    return Later{};
  }
  InfoResult handle_out(std::string_view event, const Payload& payload) override {
    elsewhere_.given.push_back({topic(), std::string(event), payload});
    return NoReply{};
  }
  void intercept_drained(ReplyTo passed) override { elsewhere_.asked.push_back(std::move(passed)); }

 private:
  Elsewhere& elsewhere_;
};

/// One client of "room:1" on its own shard, and this thread, which broadcasts.
struct Scene {
  explicit Scene(std::string_view its_topic = "room:1") : topic(its_topic) {
    client.sends(R"(["1","1",")" + topic + R"(","phx_join",{}])");
    settle(shards);
    (void)client.received();
  }
  void intercepts(std::vector<std::string> events) { intercept(elsewhere.channel, std::move(events)); }
  void broadcasts(std::string_view event) { pubsub.broadcast(topic, event, JsonText::of({{"n", ++number}})); }
  /// What the client has heard, "a1".
  std::string heard() {
    settle(shards);
    std::string all;
    for (const std::string& frame : client.received()) {
      const auto parts = parse_json(frame).value();
      all += all.empty() ? "" : " ";
      all += std::string(parts.at(3).as_string()) + to_json(parts.at(4).at("n"));
    }
    return all;
  }
  /// What came to handle_out since the last time.
  std::string given() {
    settle(shards);
    std::string all;
    for (const Broadcast& message : std::exchange(elsewhere.given, {})) {
      all += (all.empty() ? "" : " ") + message.event + to_json(message.payload.json().parse()->at("n"));
    }
    return all;
  }
  void answers() { std::move(elsewhere.asked.at(0))(JsonText()), elsewhere.asked.erase(elsewhere.asked.begin()); }

  struct Routes final : UserSocket {
    explicit Routes(Elsewhere& elsewhere) {
      channel("room:*", [&elsewhere] { return std::make_unique<LeavingItToOthers>(elsewhere); });
    }
  };

  const std::string topic;
  int number = 0;
  ManualClock clock;
  Shards shards{2, clock};
  PubSub pubsub{shards};
  Elsewhere elsewhere;
  Routes routes{elsewhere};
  SocketMount mount{shards, pubsub, routes};
  TestClient client{shards[1], mount};
};

}  // namespace

TEST_CASE("an intercepted event reaches handle_out from the first broadcast after intercept()") {
  Scene scene;
  scene.broadcasts("a");
  scene.intercepts({"a"});
  scene.broadcasts("a");
  scene.broadcasts("b");
  CHECK(scene.heard() == "a1 b3");
  CHECK(scene.given() == "a2");
  CHECK(scene.elsewhere.asked.empty());
}

TEST_CASE("broadcasts that are intercepted no longer wait for those before them, and others do not") {
  Scene scene("room:hushed");
  scene.broadcasts("a");
  scene.intercepts({"b"});
  scene.broadcasts("a");
  scene.broadcasts("b");
  scene.broadcasts("c");
  scene.broadcasts("a");
  CHECK(scene.heard() == "c4");
  CHECK(scene.given() == "a1 b3");
  REQUIRE(scene.elsewhere.asked.size() == 1);
  push(scene.elsewhere.channel, "a", JsonText::of({{"n", 1}}));
  scene.answers();
  scene.broadcasts("a");
  CHECK(scene.heard() == "a1 a2 a5 a6");
  scene.broadcasts("a");
  CHECK(scene.heard() == "a7");
}

TEST_CASE("a channel that never answers intercept_drained does not block broadcasts") {
  Scene scene("room:hushed");
  scene.intercepts({});
  scene.broadcasts("a");
  CHECK(scene.heard().empty());
  scene.elsewhere.asked.clear();
  CHECK(scene.heard() == "a1");
}

TEST_CASE("queued broadcasts are delivered as their event is delivered when they are released") {
  Scene scene("room:hushed");
  scene.intercepts({});
  scene.broadcasts("a");
  scene.intercepts({"a"});
  scene.broadcasts("a");
  CHECK(scene.given().empty());
  scene.answers();
  CHECK(scene.given() == "a1 a2");
  scene.intercepts({});
  scene.broadcasts("a");
  CHECK(scene.heard().empty());
  scene.answers();
  CHECK(scene.heard() == "a3");
}

TEST_CASE("of two changes the last has to be drained") {
  Scene scene("room:hushed");
  scene.intercepts({"b"});
  scene.broadcasts("a");
  scene.intercepts({});
  scene.broadcasts("b");
  CHECK(scene.heard().empty());
  scene.answers();
  CHECK(scene.heard().empty());
  scene.answers();
  CHECK(scene.heard() == "a1 b2");
}

TEST_CASE("beyond the limit queued broadcasts are delivered") {
  Scene scene("room:hushed");
  scene.intercepts({});
  for (std::size_t i = 0; i < ChannelServer::drain_queue_max; ++i) scene.broadcasts("a");
  CHECK(scene.heard().empty());
  scene.broadcasts("a");
  CHECK(scene.heard().ends_with("a100 a101"));
  scene.answers();
  scene.broadcasts("a");
  CHECK(scene.heard() == "a102");
}

TEST_CASE("an intercept from outside before the join applies from the first broadcast on") {
  Scene scene("room:later");
  scene.intercepts({"a"});
  scene.broadcasts("a");
  scene.answers();
  scene.broadcasts("a");
  settle(scene.shards);
  CHECK(scene.given() == "a2");
}

TEST_CASE("a client that leaves while broadcasts wait gets none of them") {
  Scene scene("room:hushed");
  scene.intercepts({});
  scene.broadcasts("a");
  settle(scene.shards);
  scene.client.sends(R"(["1","2","room:hushed","phx_leave",{}])");
  (void)scene.client.received();
  scene.answers();
  scene.intercepts({"a"});
  CHECK(scene.heard().empty());
}
