// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <entmoot/core/effects.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace entmoot;

namespace {

const std::string ok = R"("phx_reply",{"status":"ok","response":{}}])";

}  // namespace

TEST_CASE("a broadcast reaches every client on exactly its topic, on every shard, the sender first of all") {
  World world(2);
  JoinedClient a(world, 0);
  JoinedClient b(world, 1);
  JoinedClient elsewhere(world, 1, "room:10");
  a.sends(R"(["1","2","room:1","shout",{"a":1}])");
  world.settles();
  CHECK(a.received() == Texts{R"([null,null,"room:1","shout",{"a":1}])", R"(["1","2","room:1",)" + ok});
  CHECK(b.received() == Texts{R"([null,null,"room:1","shout",{"a":1}])"});
  CHECK(elsewhere.received().empty());
}

TEST_CASE("a broadcast from a channel leaves out that channel only") {
  World world(2);
  JoinedClient a(world, 0);
  JoinedClient same_shard(world, 0);
  JoinedClient other_shard(world, 1);
  a.sends(R"(["1","2","room:1","shout_from",{"a":1}])");
  world.settles();
  CHECK(a.received() == Texts{R"(["1","2","room:1",)" + ok});
  CHECK(same_shard.received() == Texts{R"([null,null,"room:1","shout",{"a":1}])"});
  CHECK(other_shard.received() == Texts{R"([null,null,"room:1","shout",{"a":1}])"});
}

TEST_CASE("a broadcast is encoded once: all clients on all shards hold the same bytes") {
  World world(2);
  JoinedClient a(world, 0);
  JoinedClient b(world, 0);
  JoinedClient c(world, 1);
  world.pubsub.broadcast("room:1", "news", json(R"({"n":1})"));
  world.settles();
  const auto at_a = a.received_frames();
  const auto at_b = b.received_frames();
  const auto at_c = c.received_frames();
  REQUIRE(at_a.size() == 1);
  REQUIRE(at_b.size() == 1);
  REQUIRE(at_c.size() == 1);
  CHECK(at_a[0].bytes.data() == at_b[0].bytes.data());
  CHECK(at_a[0].bytes.data() == at_c[0].bytes.data());
  CHECK(at_a[0].bytes.owners() == 3);
}

TEST_CASE("broadcasts of one publisher arrive in order at every subscriber") {
  World world(2);
  JoinedClient a(world, 0);
  JoinedClient b(world, 1);
  Texts expected;
  for (int i = 0; i < 100; ++i) {
    world.pubsub.broadcast("room:1", "n", json("{\"i\":" + std::to_string(i) + "}"));
    expected.push_back(R"([null,null,"room:1","n",{"i":)" + std::to_string(i) + "}]");
  }
  world.settles();
  CHECK(a.received() == expected);
  CHECK(b.received() == expected);
}

TEST_CASE("who has left or crashed gets no broadcasts") {
  World world;
  JoinedClient left(world);
  JoinedClient crashed(world);
  JoinedClient gone(world);
  left.sends(R"(["1","2","room:1","phx_leave",{}])");
  crashed.sends(R"(["1","2","room:1","crash",{}])");
  gone.disconnects();
  (void)left.received();
  (void)crashed.received();
  world.pubsub.broadcast("room:1", "news", empty_object());
  world.settles();
  CHECK(left.received().empty());
  CHECK(crashed.received().empty());
  CHECK(gone.received().empty());
  std::size_t left_over = 1;
  run_on(world.shards[0], [&] { left_over = world.pubsub.count_here("room:1"); });
  CHECK(left_over == 0);
}

TEST_CASE("a replaced channel hears a broadcast once") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["2","2","room:1","phx_join",{}])");
  (void)client.received();
  world.pubsub.broadcast("room:1", "news", empty_object());
  world.settles();
  CHECK(client.received().size() == 1);
}

TEST_CASE("a broadcast made in a turn goes out when the turn has succeeded, and never when it has failed") {
  World world;
  JoinedClient client(world);
  Effects effects;
  Effects* before = Effects::collect_into(&effects);
  world.pubsub.broadcast("room:1", "one", empty_object());
  world.pubsub.broadcast("room:1", "two", empty_object());
  Effects::collect_into(before);
  world.settles();
  CHECK(client.received().empty());
  effects.release();
  world.settles();
  CHECK(client.received() == Texts{R"([null,null,"room:1","one",{}])", R"([null,null,"room:1","two",{}])"});

  before = Effects::collect_into(&effects);
  world.pubsub.broadcast("room:1", "three", empty_object());
  Effects::collect_into(before);
  effects.drop();
  world.settles();
  CHECK(client.received().empty());
}

TEST_CASE("what is broadcast has to be an object") {
  World world;
  for (const char* payload : {"[]", "null", "1", "\"x\""}) {
    CAPTURE(payload);
    CHECK_THROWS_AS(world.pubsub.broadcast("t", "e", json(payload)), std::invalid_argument);
  }
}

TEST_CASE("a callback hears its topic until its subscription ends") {
  World world(2);
  std::vector<std::string> heard;
  Subscription subscription;
  run_on(world.shards[1], [&] {
    subscription = world.pubsub.subscribe("t", [&](const Broadcast& message) { heard.push_back(message.event); });
  });
  world.pubsub.broadcast("t", "one", empty_object());
  world.pubsub.broadcast("u", "two", empty_object());
  world.settles();
  CHECK(heard == std::vector<std::string>{"one"});
  run_on(world.shards[1], [&] { subscription.end(); });
  world.pubsub.broadcast("t", "three", empty_object());
  world.settles();
  CHECK(heard == std::vector<std::string>{"one"});
}

TEST_CASE("callbacks may come and go while a broadcast is delivered") {
  World world;
  std::vector<std::string> heard;
  std::optional<Subscription> first, second, third, late;
  run_on(world.shards[0], [&] {
    first = world.pubsub.subscribe("t", [&, kept = std::string(100, 'x')](const Broadcast& message) {
      heard.push_back("first " + message.event);
      first.reset();   // itself
      second.reset();  // one that was still to come
      late = world.pubsub.subscribe("t", [&](const Broadcast& next) { heard.push_back("late " + next.event); });
      heard.push_back(kept.substr(0, 1));  // its own captures are still there
    });
    second = world.pubsub.subscribe("t", [&](const Broadcast&) { heard.push_back("second"); });
    third = world.pubsub.subscribe("t", [&](const Broadcast& message) { heard.push_back("third " + message.event); });
  });
  world.pubsub.broadcast("t", "a", empty_object());
  world.settles();
  CHECK(heard == std::vector<std::string>{"first a", "x", "third a"});
  heard.clear();
  world.pubsub.broadcast("t", "b", empty_object());
  world.settles();
  CHECK(heard == std::vector<std::string>{"third b", "late b"});
  run_on(world.shards[0], [&] {
    third.reset();
    late.reset();
    CHECK(world.pubsub.count_here("t") == 0);
  });
}

TEST_CASE("a subscription can be left out of a broadcast by its id") {
  World world(2);
  int left = 0;
  int right = 0;
  Subscription one, two;
  run_on(world.shards[0], [&] { one = world.pubsub.subscribe("t", [&](const Broadcast&) { ++left; }); });
  run_on(world.shards[1], [&] { two = world.pubsub.subscribe("t", [&](const Broadcast&) { ++right; }); });
  CHECK(one.id() != two.id());
  world.pubsub.broadcast("t", "e", empty_object(), {.except = two.id()});
  world.settles();
  CHECK(left == 1);
  CHECK(right == 0);
  run_on(world.shards[0], [&] { one.end(); });
  run_on(world.shards[1], [&] { two.end(); });
}
