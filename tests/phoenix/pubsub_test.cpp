// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <entmoot/core/effects.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

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

TEST_CASE("a channel that has left or crashed gets no broadcasts") {
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

TEST_CASE("after a rejoin the client gets a broadcast once") {
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

TEST_CASE("a callback receives its topic's broadcasts until its subscription ends") {
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

TEST_CASE("with threads: every subscriber hears every publisher in order, and nothing is left behind") {
  constexpr int publishers = 3;
  constexpr int messages = 200;
  Shards shards(3);
  PubSub pubsub(shards);
  struct Listener {
    std::vector<std::vector<int>> heard = std::vector<std::vector<int>>(publishers);
    int count = 0;
    Subscription subscription;
    std::promise<void> subscribed, done;
  };
  std::vector<Listener> listeners(6);
  shards.start();
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    shards[i % 3].post([&, &mine = listeners[i]] {
      mine.subscription = pubsub.subscribe("t", [&mine](const Broadcast& message) {
        const auto payload = *message.payload.json().parse();
        mine.heard[static_cast<std::size_t>(payload.at("from").as_int64())].push_back(
            static_cast<int>(payload.at("n").as_int64()));
        if (++mine.count != publishers * messages) return;
        mine.subscription.end();
        mine.done.set_value();
      });
      mine.subscribed.set_value();
    });
  }
  for (auto& listener : listeners) listener.subscribed.get_future().wait();
  {
    std::vector<std::jthread> threads;
    for (int from = 0; from < publishers; ++from) {
      threads.emplace_back([&, from] {
        for (int n = 0; n < messages; ++n) {
          pubsub.broadcast("t", "e", json(R"({"from":)" + std::to_string(from) + R"(,"n":)" + std::to_string(n) + "}"));
        }
      });
    }
  }
  std::vector<int> all;
  for (int n = 0; n < messages; ++n) all.push_back(n);
  for (auto& listener : listeners) {
    listener.done.get_future().wait();
    for (const auto& heard : listener.heard) CHECK(heard == all);
  }
  shards.stop_and_join();
}

TEST_CASE("with threads: sockets on several shards join, ask, shout and go") {
  constexpr int clients = 6;
  constexpr int rounds = 50;
  Shards shards(3);
  PubSub pubsub(shards);
  struct AskingChannel final : Channel {
    explicit AskingChannel(Shards& all) : shards(all) {}
    JoinResult join(std::string_view, const Payload&) override {
      shards[0].post([answer = answer()]() mutable { std::move(answer)(empty_object()); });
      return Later{};
    }
    HandleResult handle_in(std::string_view event, const Payload& payload) override {
      if (event == "shout") {
        broadcast("shout", payload);
        return Reply{};
      }
      shards[1].post([ref = socket_ref(), payload] { reply(ref, "ok", payload); });
      return NoReply{};
    }
    Shards& shards;
  };
  struct AskingSocket final : UserSocket {
    explicit AskingSocket(Shards& all) {
      channel("room:*", [&all] { return std::make_unique<AskingChannel>(all); });
    }
  };
  AskingSocket user_socket(shards);
  SocketMount mount(shards, pubsub, user_socket);
  struct Counting final : Transport {
    void push(Frame frame) override {
      if (frame.bytes.view().find("phx_reply") != std::string_view::npos && ++replies == 1 + 2 * rounds)
        done.set_value();
    }
    void close(CloseCode, std::string_view) override {}
    int replies = 0;
    std::promise<void> done, gone;
    std::unique_ptr<FrameHandler> socket;
  };
  std::vector<Counting> transports(clients);
  shards.start();
  for (std::size_t i = 0; i < transports.size(); ++i) {
    shards[i % 3].post([&, &mine = transports[i]] {
      mine.socket = std::move(*mount.connect({.query = "vsn=2.0.0", .peer = "", .peer_is_loopback = true}, mine));
      mine.socket->handle_in(Frame::Kind::text, R"(["1","1","room:1","phx_join",{}])");
      for (int round = 0; round < rounds; ++round) {
        mine.socket->handle_in(Frame::Kind::text, R"(["1","2","room:1","shout",{}])");
        mine.socket->handle_in(Frame::Kind::text, R"(["1","3","room:1","ask",{}])");
      }
    });
  }
  for (std::size_t i = 0; i < transports.size(); ++i) {
    transports[i].done.get_future().wait();
    shards[i % 3].post([&mine = transports[i]] {
      mine.socket.reset();
      mine.gone.set_value();
    });
    transports[i].gone.get_future().wait();
  }
  shards.stop_and_join();
}
