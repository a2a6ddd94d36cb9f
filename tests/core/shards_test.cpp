// SPDX-License-Identifier: MIT

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <vector>

using namespace entmoot;

TEST_CASE("a key has one home shard, the same in every run, and keys are distributed evenly") {
  Shards shards(4);
  std::vector<int> keys(4);
  for (int i = 0; i < 10'000; ++i) {
    const std::string key = "room:" + std::to_string(i);
    const Shard& home = shards.home_of(key);
    REQUIRE(&home == &shards.home_of(key));
    ++keys[home.index()];
  }
  for (const int count : keys) {
    CHECK(count > 2'300);
    CHECK(count < 2'700);
  }
  // A known answer: FNV-1a of "lobby", folded.
  CHECK(Shards(16).home_of("lobby").index() == 5);
}

TEST_CASE("shards may be stepped before their threads start") {
  ManualClock clock;
  Shards shards(2, clock);
  std::vector<unsigned> order;
  shards[1].post([&] {
    order.push_back(Shard::here().index());
    shards[0].post([&] { order.push_back(Shard::here().index()); });
  });
  shards[1].poll();
  shards[0].poll();
  CHECK(order == std::vector{1u, 0u});
}

TEST_CASE("a post to all runs once on each shard's own thread") {
  Shards shards(3);
  PerShard<std::atomic<int>> counts(shards.size(), [](unsigned) { return std::make_unique<std::atomic<int>>(0); });
  shards.start();
  std::latch done(3);
  shards.post_to_all([&] {
    ++counts.local();
    done.count_down();
  });
  done.wait();
  shards.stop_and_join();
  for (unsigned i = 0; i < 3; ++i) CHECK(counts.on(shards[i]) == 1);
}

TEST_CASE("a caller that waits for a function on a shard gets its exception") {
  Shards shards(2);
  shards.start();
  bool has_run = false;
  shards.run_on(1, [&] { has_run = true; });
  CHECK(has_run);
  CHECK_THROWS_AS(shards.run_on(1, [] { throw 5; }), int);
  CHECK_THROWS_AS(shards.visit_all([](Shard& shard) { throw shard.index(); }), unsigned);
}

TEST_CASE("the destructor of a dropped task may post to any shard, whichever is destroyed first") {
  struct LastWord {
    explicit LastWord(Shard& shard) : to(shard) {}
    Shard& to;
    ~LastWord() {
      to.post([] {});
    }
  };
  for (const std::size_t from : {0u, 1u}) {
    Shards shards(2);
    shards[from].post([word = std::make_unique<LastWord>(shards[1 - from])] {});
  }
}

TEST_CASE("shards that stop while tasks are queued run each task at most once and destroy the rest") {
  std::atomic<int> run = 0;
  const auto held = std::make_shared<int>();
  {
    Shards shards(2);
    shards.start();
    for (int i = 0; i < 10'000; ++i) {
      shards[static_cast<std::size_t>(i % 2)].post([&, held] { ++run; });
      if (i == 5'000) shards[0].stop();
    }
    shards.stop_and_join();
    shards.stop_and_join();
  }
  CHECK(run <= 10'000);
  CHECK(held.use_count() == 1);
}
