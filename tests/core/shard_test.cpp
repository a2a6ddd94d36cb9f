// SPDX-License-Identifier: MIT

#include <entmoot/core/in_tasks.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// A runnable that counts its slices and does what a test tells it to in each.
struct Worked final : Runnable {
  explicit Worked(std::function<bool()> f) : work(std::move(f)) {}
  bool run_slice() override {
    ++slices;
    return work();
  }
  std::function<bool()> work;
  int slices = 0;
};

struct Written final : Flushable {
  explicit Written(std::function<void()> f) : write(std::move(f)) {}
  void flush() override {
    ++flushes;
    if (write) write();
  }
  std::function<void()> write;
  int flushes = 0;
};

struct ShardFixture {
  ManualClock clock;
  Shard shard{0, clock};

  /// Runs `f` on the shard, in a round of its own.
  template <class F>
  void on_shard(F f) {
    Shard::Scope presence(shard);
    f();
  }
};

}  // namespace

TEST_CASE_FIXTURE(ShardFixture, "tasks run in the order they were posted, those of one sender to itself included") {
  std::vector<int> order;
  shard.post([&] {
    order.push_back(1);
    shard.post([&] { order.push_back(4); });
    order.push_back(2);
  });
  shard.post([&] {
    order.push_back(3);
    shard.post([&] { order.push_back(5); });
  });
  CHECK(shard.poll());
  CHECK(order == std::vector{1, 2, 3});
  CHECK(shard.poll());
  CHECK(order == std::vector{1, 2, 3, 4, 5});
  CHECK_FALSE(shard.poll());
}

TEST_CASE_FIXTURE(ShardFixture, "a task that posts itself takes one turn a round") {
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    shard.post(again);
  };
  shard.post(again);
  for (int round = 1; round <= 10; ++round) {
    shard.poll();
    CHECK(runs == round);
  }
}

TEST_CASE_FIXTURE(ShardFixture, "a thread has a current shard only while it runs that shard") {
  CHECK(Shard::try_here() == nullptr);
  shard.post([&] {
    CHECK(&Shard::here() == &shard);
    CHECK(shard.is_here());
  });
  shard.poll();
  CHECK(Shard::try_here() == nullptr);
  Shard other(1, clock);
  Shard::Scope outer(shard);
  {
    Shard::Scope inner(other);
    CHECK(&Shard::here() == &other);
  }
  CHECK(&Shard::here() == &shard);
}

TEST_CASE_FIXTURE(ShardFixture, "each runnable gets one slice in a round, as long as the round's time lasts") {
  std::vector<char> order;
  Worked a([&] { return order.push_back('a'), true; });
  Worked b([&] { return order.push_back('b'), true; });
  Worked c([&] { return order.push_back('c'), clock.advance(1ms), false; });
  Worked d([&] { return order.push_back('d'), false; });
  on_shard([&] {
    for (Worked* each : {&a, &b, &c, &d}) shard.make_runnable(*each);
    shard.make_runnable(a);  // once more is no more
  });
  shard.poll();
  CHECK(std::string(order.begin(), order.end()) == "abc");
  shard.poll();
  CHECK(std::string(order.begin(), order.end()) == "abcdab");
  on_shard([&] { shard.make_idle(a), shard.make_idle(b); });
}

TEST_CASE_FIXTURE(ShardFixture, "a message to a quiet runnable waits for one slice, however many others are busy") {
  for (const auto& [burst, pause] :
       {std::pair<Duration, Duration>{100us, 1ms}, {800us, 1ms}, {1500us, 0ms}, {1h, 0ms}}) {
    CAPTURE(burst.count());
    int slices = 0;
    struct Busy {
      std::unique_ptr<Worked> work;
      Duration done{};
    };
    std::vector<Busy> busy(1000);
    for (Busy& each : busy) {
      each.work = std::make_unique<Worked>([this, &each, &slices, burst = burst, pause = pause] {
        ++slices;
        const Duration slice = std::min<Duration>(1ms, burst - each.done);
        clock.advance(slice);
        each.done += slice;
        if (each.done < burst) return true;
        each.done = {};
        shard.after(pause, [this, &each] { shard.make_runnable(*each.work); });
        return false;
      });
    }
    Worked quiet([&] { return clock.advance(20us), false; });
    on_shard([&] {
      for (Busy& each : busy) shard.make_runnable(*each.work);
    });
    for (int round = 0; round < 5000; ++round) shard.poll();  // each of the busy ones has had a turn
    int most = 0;
    for (int message = 1; message <= 200; ++message) {
      for (int i = 0; i < 10; ++i) shard.poll();  // ten milliseconds or so
      slices = 0;
      shard.post([&] { shard.make_runnable(quiet); });
      while (quiet.slices < message) shard.poll();
      if (message > 10) most = std::max(most, slices);
    }
    CHECK(most <= 20);
    on_shard([&] {
      for (Busy& each : busy) shard.make_idle(*each.work);
    });
    while (shard.pending_timers() > 0) {
      clock.advance(1s);
      shard.poll();
      on_shard([&] {
        for (Busy& each : busy) shard.make_idle(*each.work);
      });
    }
  }
}

TEST_CASE_FIXTURE(ShardFixture,
                  "no runnable starves: the busiest gets half of its share beside any number of quiet ones") {
  Worked endless([&] { return clock.advance(1ms), true; });
  std::vector<std::unique_ptr<Worked>> light;
  for (int i = 0; i < 100; ++i) {
    light.push_back(std::make_unique<Worked>([this, i, &light] {
      clock.advance(100us);
      shard.after(1ms, [this, i, &light] { shard.make_runnable(*light[static_cast<std::size_t>(i)]); });
      return false;
    }));
  }
  on_shard([&] {
    shard.make_runnable(endless);
    for (auto& each : light) shard.make_runnable(*each);
  });
  const TimePoint began = clock.now();
  while (clock.now() - began < 10s) shard.poll();
  // A plain queue would give it a slice of 1 ms for each 100 of 0.1 ms: 900 of 10 000.
  CHECK(endless.slices >= 450);
  on_shard([&] {
    shard.make_idle(endless);
    for (auto& each : light) shard.make_idle(*each);
  });
  for (int i = 0; i < 3; ++i) {
    clock.advance(1s);
    shard.poll();
    on_shard([&] {
      for (auto& each : light) shard.make_idle(*each);
    });
  }
}

TEST_CASE_FIXTURE(ShardFixture, "a stage that takes too long goes on in the next round, in order") {
  std::vector<int> order;
  for (int i = 0; i < 4; ++i) shard.post([&, i] { order.push_back(i), clock.advance(200us); });
  shard.post([&] { shard.post([&] { order.push_back(5); }), order.push_back(4); });
  bool timed = false;
  on_shard([&] { shard.after(0ns, [&] { timed = true; }); });
  shard.poll();
  CHECK(order == std::vector{0, 1});
  CHECK(timed);
  CHECK(shard.is_behind());
  shard.poll();  // what is left over gets more time
  CHECK(order == std::vector{0, 1, 2, 3, 4});
  CHECK_FALSE(shard.is_behind());
  shard.poll();
  CHECK(order == std::vector{0, 1, 2, 3, 4, 5});
}

TEST_CASE_FIXTURE(ShardFixture, "nothing is read as long as tasks are left over") {
  std::vector<std::string> order;
  Worked reader([&] { return order.push_back("read"), false; });
  for (int i = 0; i < 3; ++i) shard.post([&] { order.push_back("task"), clock.advance(200us); });
  shard.poll();
  on_shard([&] { shard.read_later(reader); });
  shard.poll();
  CHECK(order == std::vector<std::string>{"task", "task", "task"});
  shard.poll();
  CHECK(order.back() == "read");
}

TEST_CASE_FIXTURE(ShardFixture, "a reader that asks for little is served before those that were busy") {
  std::vector<std::string> order;
  Worked busy([&] { return order.push_back("busy"), clock.advance(1ms), false; });
  Worked quiet([&] { return order.push_back("quiet"), clock.advance(10us), false; });
  for (int i = 0; i < 20; ++i) {
    on_shard([&] { shard.read_later(busy), i % 5 == 0 ? shard.read_later(quiet) : void(); });
    while (shard.poll()) {
    }
    clock.advance(i % 5 == 4 ? 10ms : 0ms);
  }
  order.clear();
  on_shard([&] { shard.read_later(busy), shard.read_later(quiet); });
  while (shard.poll()) {
  }
  CHECK(order == std::vector<std::string>{"quiet", "busy"});
}

TEST_CASE_FIXTURE(ShardFixture, "outputs with little to write come before those with much that were there before") {
  std::vector<std::string> order;
  Written large([&] { order.push_back("large"); });
  Written grows([&] { order.push_back("grows"); });
  Written small([&] { order.push_back("small"); });
  on_shard([&] {
    shard.flush_later(large, 400'000);
    shard.flush_later(grows, 100);
    shard.flush_later(small, 100);
    shard.flush_later(grows, 100'000);
  });
  shard.poll();
  CHECK(order == std::vector<std::string>{"small", "grows", "large"});
}

TEST_CASE_FIXTURE(ShardFixture, "those that are new come after one that has paused before, however many they are") {
  std::vector<std::string> order;
  Worked known([&] { return order.push_back("known"), clock.advance(20us), false; });
  on_shard([&] { shard.make_runnable(known); });
  for (int i = 0; i < 2; ++i) {
    shard.poll();
    clock.advance(10ms);
    shard.post([&] { shard.make_runnable(known); });
    shard.poll();
  }
  order.clear();
  clock.advance(10ms);
  shard.post([] {});
  shard.poll();
  std::vector<std::unique_ptr<Worked>> all;
  for (int i = 0; i < 50; ++i) {
    all.push_back(std::make_unique<Worked>([&] { return order.push_back("new"), clock.advance(20us), false; }));
  }
  on_shard([&] {
    for (auto& each : all) shard.make_runnable(*each);
    shard.make_runnable(known);
  });
  while (shard.poll()) {
  }
  CHECK(order[0] == "known");
}

TEST_CASE_FIXTURE(ShardFixture, "a slice may take as long as the longest burst so far, and at least 0.1 ms") {
  std::vector<Duration> quanta;
  Duration burst{};
  Worked work([&] { return quanta.push_back(shard.quantum()), clock.advance(burst), false; });
  for (const Duration next : std::vector<Duration>{0us, 20us, 700us, 20us, 20us}) {
    burst = next;
    shard.post([&] { shard.make_runnable(work); });
    shard.poll();
    clock.advance(1ms);
  }
  CHECK(quanta[0] == 100us);
  CHECK(quanta[1] == 100us);
  CHECK(quanta[2] == 100us);
  CHECK(quanta[3] > 600us);
  CHECK(quanta[3] <= 700us);
  CHECK(quanta[4] > 600us);
}

TEST_CASE_FIXTURE(ShardFixture, "thousands of items are processed in several tasks, and others run in between") {
  int steps = 0;
  int steps_before_other = 0;
  on_shard([&] { in_tasks(shard, [&] { return ++steps < 3500; }); });
  shard.post([&] { steps_before_other = steps; });
  while (shard.poll()) {
  }
  CHECK(steps == 3500);
  CHECK(steps_before_other < 3500);
}

TEST_CASE_FIXTURE(ShardFixture, "output that takes too long to write is written in the next round") {
  std::vector<std::unique_ptr<Written>> all;
  for (int i = 0; i < 5; ++i) all.push_back(std::make_unique<Written>([&] { clock.advance(200us); }));
  on_shard([&] {
    for (auto& each : all) shard.flush_later(*each);
  });
  shard.poll();
  CHECK(all[1]->flushes == 1);
  CHECK(all[2]->flushes == 0);
  on_shard([&] { shard.forget_flush(*all[2]); });
  shard.poll();
  CHECK(all[2]->flushes == 0);
  CHECK(all[4]->flushes == 1);
}

TEST_CASE_FIXTURE(ShardFixture, "a runnable that becomes runnable during a round waits for the next round") {
  Worked late([] { return false; });
  Worked early([&] { return shard.make_runnable(late), false; });
  on_shard([&] { shard.make_runnable(early); });
  shard.poll();
  CHECK(late.slices == 0);
  shard.poll();
  CHECK(late.slices == 1);
}

TEST_CASE_FIXTURE(ShardFixture, "a round ends although the last runnable leaves the queue during another's slice") {
  Worked last([] { return true; });
  Worked busy([&] { return shard.make_idle(last), true; });
  on_shard([&] { shard.make_runnable(busy), shard.make_runnable(last); });
  shard.poll();
  CHECK(busy.slices > 0);
  CHECK(last.slices == 0);
  on_shard([&] { shard.make_idle(busy); });
}

TEST_CASE_FIXTURE(ShardFixture, "a busy runnable does not keep posted tasks and timers waiting") {
  Worked busy([] { return true; });
  on_shard([&] { shard.make_runnable(busy); });
  bool posted = false, timed = false;
  on_shard([&] { shard.after(1s, [&] { timed = true; }); });
  shard.post([&] { posted = true; });
  clock.advance(1s);
  shard.poll();
  CHECK(posted);
  CHECK(timed);
  on_shard([&] { shard.make_idle(busy); });
}

TEST_CASE_FIXTURE(ShardFixture, "leaving the middle of the run queue keeps the others in order") {
  std::vector<int> order;
  std::vector<std::unique_ptr<Worked>> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(std::make_unique<Worked>([&order, i] { return order.push_back(i), false; }));
  }
  on_shard([&] {
    for (auto& each : all) shard.make_runnable(*each);
    for (const int gone : {0, 2, 4}) shard.make_idle(*all[static_cast<std::size_t>(gone)]);
    shard.make_runnable(*all[0]);
  });
  shard.poll();
  CHECK(order == std::vector{1, 3, 0});
}

TEST_CASE_FIXTURE(ShardFixture, "a timer fires once, at its time and not before") {
  int rung = 0;
  on_shard([&] { shard.after(10ms, [&] { ++rung; }); });
  clock.advance(10ms - 1ns);
  CHECK_FALSE(shard.poll());
  CHECK(rung == 0);
  clock.advance(1ns);
  CHECK(shard.poll());
  CHECK(rung == 1);
  clock.advance(1h);
  shard.poll();
  CHECK(rung == 1);
}

TEST_CASE_FIXTURE(ShardFixture,
                  "timers fire in the order of their times, and at equal times in the order of their creation") {
  std::vector<int> order;
  on_shard([&] {
    shard.after(20ms, [&] { order.push_back(3); });
    shard.after(10ms, [&] { order.push_back(1); });
    shard.after(10ms, [&] { order.push_back(2); });
    shard.after(-5s, [&] { order.push_back(0); });
  });
  clock.advance(1s);
  shard.poll();
  CHECK(order == std::vector{0, 1, 2, 3});
}

TEST_CASE_FIXTURE(ShardFixture, "a timer without delay that sets itself again fires once per round") {
  int rung = 0;
  std::function<void()> again = [&] {
    ++rung;
    shard.after(0ns, again);
  };
  on_shard([&] { shard.after(0ns, again); });
  for (int round = 1; round <= 10; ++round) {
    shard.poll();
    CHECK(rung == round);
  }
}

TEST_CASE_FIXTURE(ShardFixture, "a cancelled timer does not fire, also when a timer due at the same time cancels it") {
  int rung = 0;
  on_shard([&] {
    const TimerId cancelled = shard.after(1s, [&] { ++rung; });
    shard.cancel(cancelled);
    shard.cancel(cancelled);
    shard.cancel(TimerId::none);
    TimerId second{};
    shard.after(1s, [&, this] { shard.cancel(second); });
    second = shard.after(1s, [&] { ++rung; });
    clock.advance(1s);
    shard.poll();
    shard.cancel(second);  // after it was due: no error
  });
  CHECK(rung == 0);
}

TEST_CASE_FIXTURE(ShardFixture, "an output that becomes dirty in a round is flushed once, at the end of the round") {
  std::vector<std::string> order;
  Written out([&] { order.push_back("flush"); });
  Worked actor([&] { return shard.flush_later(out), order.push_back("slice"), false; });
  on_shard([&] {
    shard.make_runnable(actor);
    shard.after(0ns, [&] { shard.flush_later(out), order.push_back("timer"); });
  });
  shard.post([&] { shard.flush_later(out), order.push_back("task"); });
  shard.poll();
  CHECK(order == std::vector<std::string>{"task", "slice", "timer", "flush"});
  CHECK_FALSE(shard.poll());
}

TEST_CASE_FIXTURE(ShardFixture, "an output that becomes dirty in its own flush is flushed again in the next round") {
  Written out(nullptr);
  out.write = [&] { shard.flush_later(out); };
  on_shard([&] { shard.flush_later(out); });
  shard.poll();
  CHECK(out.flushes == 1);
  shard.poll();
  CHECK(out.flushes == 2);
  on_shard([&] { shard.forget_flush(out); });
  shard.poll();
  CHECK(out.flushes == 2);
}

TEST_CASE_FIXTURE(ShardFixture,
                  "a destroyed output is not flushed, also when the flush of another output destroys it") {
  auto gone = std::make_unique<Written>(nullptr);
  Written first([&] {
    shard.forget_flush(*gone);
    gone.reset();
  });
  on_shard([&] { shard.flush_later(first), shard.flush_later(*gone); });
  shard.poll();
  CHECK(first.flushes == 1);
}

TEST_CASE("tasks and timers that remain when a shard closes are destroyed without being run") {
  ManualClock clock;
  Shard shard(0, clock);
  struct Left {
    Left(Shard& on, int& counted) : home(on), count(counted) {}
    Shard& home;
    int& count;
    ~Left() {
      CHECK(home.is_here());
      home.post([] { FAIL("ran after the end"); });
      ++count;
    }
  };
  int destroyed = 0;
  shard.post([left = std::make_unique<Left>(shard, destroyed)] { FAIL("ran"); });
  {
    Shard::Scope presence(shard);
    shard.after(0ns, [left = std::make_unique<Left>(shard, destroyed)] { FAIL("rang"); });
  }
  shard.close();
  CHECK(destroyed == 2);
  bool dropped = false;
  shard.post([drop = std::shared_ptr<void>(nullptr, [&](void*) { dropped = true; })] { FAIL("ran"); });
  CHECK(dropped);
}

TEST_CASE("tasks from several threads run on the shard's thread, each thread's in its order") {
  const SteadyClock clock;
  Shard shard(0, clock);
  std::thread loop([&] { shard.run(); });
  constexpr int senders = 4, each = 5000;
  std::vector<std::vector<int>> seen(senders);  // touched by the shard only until it has ended
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (int i = 0; i < each; ++i) {
        shard.post([&, sender, i] { seen[static_cast<std::size_t>(sender)].push_back(i); });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  shard.post([&] { shard.stop(); });
  loop.join();
  for (const auto& of_one : seen) {
    REQUIRE(of_one.size() == each);
    for (int i = 0; i < each; ++i) REQUIRE(of_one[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("a sleeping loop wakes for a post, for a timer and for stop") {
  const SteadyClock clock;
  Shard shard(0, clock);
  bool rang = false;
  std::thread loop([&] { shard.run(); });
  shard.post([&] {
    shard.after(1ms, [&] {
      rang = true;
      shard.stop();
    });
  });
  loop.join();
  CHECK(rang);
}
