// SPDX-License-Identifier: MIT

#include <entmoot/core/fiber.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace entmoot;

TEST_CASE("a fiber resumes where it was suspended") {
  StackPool pool(64 * 1024);
  Fiber fiber;
  std::vector<int> steps;
  fiber.start(
      pool,
      [](void* argument) {
        auto& out = *static_cast<std::vector<int>*>(argument);
        out.push_back(1);
        Fiber::suspend();
        out.push_back(2);
        Fiber::suspend();
        out.push_back(3);
      },
      &steps);
  CHECK(steps.empty());
  CHECK(fiber.resume());
  CHECK(steps == std::vector{1});
  CHECK(fiber.resume());
  CHECK(fiber.alive());
  CHECK_FALSE(fiber.resume());
  CHECK(steps == std::vector{1, 2, 3});
  CHECK_FALSE(fiber.alive());
  CHECK(pool.in_use() == 0);
}

TEST_CASE("a forgotten fiber returns its stack to the pool and runs no further instruction") {
  StackPool pool(64 * 1024);
  int steps = 0;
  for (int i = 0; i < 1000; ++i) {
    Fiber fiber;
    fiber.start(
        pool,
        [](void* argument) {
          ++*static_cast<int*>(argument);
          Fiber::suspend();
          ++*static_cast<int*>(argument);
        },
        &steps);
    fiber.resume();
    CHECK(pool.in_use() == 1);
    fiber.forget();
  }
  CHECK(steps == 1000);
  CHECK(pool.in_use() == 0);
}

TEST_CASE("fibers that poll share a thread slice by slice, counted by a clock that steps") {
  ManualClock clock(std::chrono::microseconds(100));  // each look costs 100 us: ten polls are a slice of 1 ms
  StackPool pool(64 * 1024);
  Slicer slicer(clock, {.slice = std::chrono::milliseconds(1)});
  struct Loop {
    Slicer& slicer;
    int polls = 0;
  } a{slicer}, b{slicer};
  const auto body = [](void* argument) {
    auto& loop = *static_cast<Loop*>(argument);
    for (;;) {
      ++loop.polls;
      loop.slicer.poll();
    }
  };
  Fiber first, second;
  first.start(pool, body, &a);
  second.start(pool, body, &b);
  for (int round = 0; round < 5; ++round) {
    CHECK(slicer.run(first));
    CHECK(slicer.run(second));
  }
  CHECK(a.polls == b.polls);
  CHECK(a.polls == 5 * 10);
  CHECK(slicer.counters().polled == 10);
}
