// SPDX-License-Identifier: MIT

#include <entmoot/core/effects.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace entmoot;

namespace {

struct Listening final : Subscriber {
  Listening(PubSub& pubsub) : subscription(pubsub.subscribe_fastlane("t", *this)) {}
  void handle_broadcast(const Fastlane& message) override {
    heard.push_back(message.broadcast().event);
    if (then) then();
  }
  std::vector<std::string> heard;
  std::function<void()> then;
  Subscription subscription;
};

struct Crowd {
  explicit Crowd(std::size_t size, unsigned count = 1) : shards(count, clock), pubsub(shards) {
    Shard::Scope scope(shards[0]);
    while (listening.size() < size) listening.push_back(std::make_unique<Listening>(pubsub));
  }
  ~Crowd() {
    Shard::Scope scope(shards[0]);
    listening.clear();
  }
  void publish(std::string_view event) { pubsub.broadcast("t", event, empty_object()); }
  /// How many have heard `events` broadcasts.
  std::size_t reached(std::size_t events) const {
    return static_cast<std::size_t>(
        std::ranges::count(listening, events, [](auto& each) { return each->heard.size(); }));
  }

  ManualClock clock;
  Shards shards;
  PubSub pubsub;
  std::vector<std::unique_ptr<Listening>> listening;
};

const std::vector<std::string> abc = {"a", "b", "c"};

}  // namespace

TEST_CASE("a broadcast to many subscribers takes several rounds, and all receive it") {
  Crowd crowd(1000);
  crowd.publish("a");
  crowd.shards[0].poll();
  CHECK(crowd.reached(1) > 0);
  CHECK(crowd.reached(1) < 500);
  settle(crowd.shards);
  CHECK(crowd.reached(1) == 1000);
}

TEST_CASE("a broadcast to few subscribers is delivered at once") {
  Crowd crowd(TopicSubscribers::at_once_max);
  {
    Shard::Scope scope(crowd.shards[0]);
    crowd.pubsub.local_broadcast("t", "a", empty_object());
    CHECK(crowd.reached(1) == crowd.listening.size());
  }
  settle(crowd.shards);
}

TEST_CASE("every subscriber receives the broadcasts in order, those published in the middle of a delivery included") {
  Crowd crowd(1000);
  for (const auto& event : abc) {
    crowd.publish(event);
    crowd.shards[0].poll();
  }
  settle(crowd.shards);
  for (const auto& each : crowd.listening) CHECK(each->heard == abc);
}

TEST_CASE("a subscriber that catches up has everything that was published, and receives nothing twice") {
  Crowd crowd(1000);
  crowd.publish("a");
  crowd.publish("b");
  crowd.shards[0].poll();
  Listening& last = *crowd.listening.back();
  CHECK(last.heard.empty());
  {
    Shard::Scope scope(crowd.shards[0]);
    last.subscription.catch_up();
  }
  CHECK(last.heard == std::vector<std::string>{"a", "b"});
  crowd.publish("c");
  settle(crowd.shards);
  for (const auto& each : crowd.listening) CHECK(each->heard == abc);
}

TEST_CASE("who subscribes in the middle of a delivery receives later broadcasts only") {
  Crowd crowd(1000);
  crowd.publish("a");
  crowd.shards[0].poll();
  {
    Shard::Scope scope(crowd.shards[0]);
    crowd.listening.push_back(std::make_unique<Listening>(crowd.pubsub));
  }
  crowd.publish("b");
  settle(crowd.shards);
  CHECK(crowd.listening.back()->heard == std::vector<std::string>{"b"});
  CHECK(crowd.reached(2) == 1000);
}

TEST_CASE("who leaves in the middle of a delivery receives nothing more, and the others receive all") {
  Crowd crowd(1000);
  crowd.publish("a");
  crowd.publish("b");
  crowd.shards[0].poll();
  {
    Shard::Scope scope(crowd.shards[0]);
    for (std::size_t i = 1; i < 1000; i += 2) crowd.listening[i]->subscription.end();  // reached or not
  }
  std::vector<std::size_t> before;
  for (const auto& each : crowd.listening) before.push_back(each->heard.size());
  settle(crowd.shards);
  for (std::size_t i = 0; i < 1000; ++i) CHECK(crowd.listening[i]->heard.size() == (i % 2 ? before[i] : 2));
}

TEST_CASE("all may leave in the middle of a delivery, also during the call of one of them") {
  Crowd crowd(1000);
  crowd.listening[100]->then = [&] {
    for (auto& each : crowd.listening) each->subscription.end();
  };
  crowd.publish("a");
  settle(crowd.shards);
  CHECK(crowd.reached(1) == 101);
  {
    Shard::Scope scope(crowd.shards[0]);
    CHECK(crowd.pubsub.count_here("t") == 0);
    crowd.listening.clear();
    crowd.listening.push_back(std::make_unique<Listening>(crowd.pubsub));
  }
  crowd.publish("b");
  settle(crowd.shards);
  CHECK(crowd.listening.back()->heard == std::vector<std::string>{"b"});
}

TEST_CASE("a subscriber that publishes to its own topic while it is served loses and doubles nothing") {
  Crowd crowd(300);
  int published = 0;
  crowd.listening[150]->then = [&] {
    if (++published <= 20) crowd.pubsub.local_broadcast("t", "more", empty_object());
  };
  crowd.publish("a");
  settle(crowd.shards);
  CHECK(crowd.reached(21) == 300);
}

TEST_CASE("a log that is full is delivered at once") {
  Crowd crowd(TopicSubscribers::at_once_max + 1);
  {
    Shard::Scope scope(crowd.shards[0]);
    for (std::size_t i = 0; i < TopicSubscribers::log_max - 1; ++i) {
      crowd.pubsub.local_broadcast("t", "a", empty_object());
    }
    CHECK(crowd.reached(0) == crowd.listening.size());
    crowd.pubsub.local_broadcast("t", "a", empty_object());
    CHECK(crowd.reached(TopicSubscribers::log_max) == crowd.listening.size());
  }
  settle(crowd.shards);
  CHECK(crowd.reached(TopicSubscribers::log_max) == crowd.listening.size());
}

TEST_CASE(
    "what a publisher has in flight is bounded: it waits until its broadcasts have been delivered on all shards") {
  Crowd crowd(1000, 2);
  bool drained = false;
  const auto outflow = std::make_shared<Outflow>([&] { drained = true; });
  Effects turn;
  turn.charge_to(outflow);
  {
    Shard::Scope scope(crowd.shards[0]);
    Effects* const before = Effects::collect_into(&turn);
    for (int i = 0; i < 2000; ++i) crowd.publish("a");
    Effects::collect_into(before);
    while (!outflow->full()) turn.release_next();
    CHECK(turn.size() > 1000);
    CHECK(outflow->wait());
  }
  while (crowd.shards[0].poll()) {
  }
  CHECK_FALSE(drained);  // the other shard has not taken its share
  settle(crowd.shards);
  CHECK(drained);
  CHECK_FALSE(outflow->full());
  CHECK(outflow->take_charges() > std::chrono::milliseconds(1));
  CHECK(outflow->take_charges() == Duration::zero());
}

TEST_CASE("the broadcasts of one turn have a reach, bytes by receivers; the one beyond it throws") {
  Crowd crowd(1000);
  Effects turn;
  turn.begin(10 * MiB);
  Shard::Scope scope(crowd.shards[0]);
  Effects* const before = Effects::collect_into(&turn);
  int published = 0;
  CHECK_THROWS_AS(
      for (;; ++published) crowd.pubsub.broadcast("t", "a", JsonText::of({{"text", std::string(1000, 'x')}})),
      std::length_error);
  Effects::collect_into(before);
  CHECK(published == 8);
  CHECK(turn.size() == 8);
  turn.drop();
}
