// SPDX-License-Identifier: MIT

#include <entmoot/core/shards.hpp>
#include <entmoot/core/worker.hpp>

#include <doctest/doctest.h>

#include <latch>
#include <thread>
#include <vector>

using namespace entmoot;

TEST_CASE("a worker runs its jobs in order, on a thread of its own") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    Worker worker("test-worker");
    for (int i = 0; i < 100; ++i) {
      CHECK(worker.submit([&, i] {
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
      }));
    }
  }
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(threads.front() == threads.back());
  CHECK(threads.front() != std::this_thread::get_id());
}

TEST_CASE("a worker rejects jobs while its queue is full") {
  std::latch started(1), go_on(1), second_done(1);
  int run = 0;
  Worker worker("test-worker", 2);
  CHECK(worker.submit([&] {
    started.count_down();
    go_on.wait();
    ++run;
  }));
  started.wait();  // the first is running: the queue is empty
  CHECK(worker.submit([&] { ++run; }));
  CHECK(worker.submit([&] {
    ++run;
    second_done.count_down();
  }));
  CHECK_FALSE(worker.submit([&] { ++run; }));
  go_on.count_down();
  second_done.wait();
  CHECK(run == 3);
  CHECK(worker.submit([] {}));
}

TEST_CASE("a worker that is destroyed finishes what it accepted") {
  int run = 0;
  {
    std::latch go_on(1);
    Worker worker("test-worker");
    (void)worker.submit([&] { go_on.wait(); });
    for (int i = 0; i < 50; ++i) (void)worker.submit([&] { ++run; });
    go_on.count_down();
  }
  CHECK(run == 50);
}

TEST_CASE("a job posts its result to the shard that submitted it") {
  Shards shards(1);
  shards.start();
  Worker worker("test-worker");
  std::latch answered(1);
  bool on_shard = false;
  shards[0].post([&] {
    (void)worker.submit([&, &asker = Shard::here()] {
      CHECK(Shard::try_here() == nullptr);
      asker.post([&] {
        on_shard = asker.is_here();
        answered.count_down();
      });
    });
  });
  answered.wait();
  CHECK(on_shard);
}
