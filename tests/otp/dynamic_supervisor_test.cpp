// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <map>
#include <thread>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

struct SupervisedFixture : OtpFixture {
  DynamicSupervisor rooms{shard, {.max_children = 3, .noun = "room", .backoff = {.jitter = 0}}};
  std::map<std::string, Probe*> started;  // the latest of each id
  std::map<std::string, int> starts;
  std::map<std::string, Error> start_errors;  // results of the next starts of an id

  ChildSpec spec(std::string id, Restart restart = Restart::transient) {
    auto start = [this, id](Shard& on) -> Result<std::unique_ptr<Actor>> {
      ++starts[id];
      if (const auto error = start_errors.find(id); error != start_errors.end()) return error->second;
      auto actor = std::make_unique<Probe>(on);
      started[id] = actor.get();
      return actor;
    };
    return {.id = std::move(id), .start = std::move(start), .restart = restart};
  }
  void crash(const std::string& id) {
    started.at(id)->exit(ExitReason::crash("boom"));
    settle();
  }
  ChildInfo info(std::string_view id) const {
    for (auto& child : rooms.which_children()) {
      if (child.id == id) return child;
    }
    FAIL("no child " << id);
    return {};
  }
  std::string refusal(const std::string& id) {
    auto result = rooms.start_child(spec(id));
    return result ? "running" : result.error().reason;
  }
};

}  // namespace

TEST_CASE_FIXTURE(SupervisedFixture, "a first use starts a child and the second finds it") {
  const auto first = rooms.start_child(spec("lobby"));
  const auto second = rooms.start_child(spec("lobby"));
  REQUIRE(first.has_value());
  CHECK(*first == *second);
  CHECK(starts["lobby"] == 1);
  CHECK(rooms.count_children() == ChildCounts{.specs = 1, .active = 1});
}

TEST_CASE_FIXTURE(SupervisedFixture, "ensure_started makes a spec only for a child that is not there") {
  int specs = 0;
  const auto spec_of = [&](std::string_view id) {
    ++specs;
    return spec(std::string(id));
  };
  const auto first = rooms.ensure_started("lobby", spec_of);
  const auto second = rooms.ensure_started("lobby", spec_of);
  REQUIRE(first.has_value());
  CHECK(*first == *second);
  CHECK(specs == 1);
  std::vector<std::string> answers;
  second->mailbox().push(call("echo", noting(answers)));
  settle();
  CHECK(answers == std::vector<std::string>{"[1]"});
}

TEST_CASE_FIXTURE(SupervisedFixture, "max_children refuses one more, and a child that waits for its restart counts") {
  for (const char* id : {"a", "b", "c"}) CHECK(rooms.start_child(spec(id)).has_value());
  for (int i = 0; i < 4; ++i) crash("c");
  CHECK(info("c").state == ChildState::quarantined);
  CHECK(refusal("d") == "max_children");
  CHECK(refusal("a") == "running");
  CHECK(rooms.terminate_child("c").has_value());
  CHECK(refusal("d") == "running");
}

TEST_CASE_FIXTURE(SupervisedFixture, "a first start that fails is an error and leaves no trace") {
  start_errors["lobby"] = fail(ErrorCode::failed, "syntax error", "lobby.ts:3");
  const auto result = rooms.start_child(spec("lobby"));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == fail(ErrorCode::failed, "syntax error", "lobby.ts:3"));
  CHECK(rooms.count_children() == ChildCounts{});
  start_errors.clear();
  CHECK(rooms.start_child(spec("lobby")).has_value());
}

TEST_CASE_FIXTURE(SupervisedFixture, "a start that throws is a start that fails") {
  const auto result = rooms.start_child(
      {.id = "lobby", .start = [](Shard&) -> Result<std::unique_ptr<Actor>> { throw std::runtime_error("thrown"); }});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().reason == "thrown");
  CHECK(rooms.count_children() == ChildCounts{});
}

TEST_CASE_FIXTURE(SupervisedFixture,
                  "a start that has nothing to supervise is ignored, and drops the child on a restart") {
  bool ignore = true;
  const auto maybe = [&] {
    auto made = spec("lobby");
    made.start = [&, start = made.start](Shard& on) {
      return ignore ? Result<std::unique_ptr<Actor>>(std::unique_ptr<Actor>()) : start(on);
    };
    return made;
  };
  CHECK(rooms.start_child(maybe()).error().reason == "ignore");
  CHECK(rooms.count_children() == ChildCounts{});
  ignore = false;
  CHECK(rooms.start_child(maybe()).has_value());
  ignore = true;
  crash("lobby");
  CHECK(rooms.count_children() == ChildCounts{});
}

TEST_CASE_FIXTURE(SupervisedFixture, "a transient child that crashes is replaced at once by a new actor") {
  const ActorRef before = *rooms.start_child(spec("lobby"));
  crash("lobby");
  const ActorRef after = *rooms.start_child(spec("lobby"));
  CHECK(before != after);
  CHECK(starts["lobby"] == 2);
  CHECK(info("lobby").failures == 1);
  CHECK(info("lobby").last_exit == ExitReason::crash("boom"));
}

TEST_CASE_FIXTURE(SupervisedFixture, "a request between a crash and its monitor finds the restarted child") {
  const ActorRef before = *rooms.start_child(spec("lobby"));
  started["lobby"]->exit(ExitReason::crash("boom"));
  const auto after = rooms.start_child(spec("lobby"));  // nothing was stepped
  REQUIRE(after.has_value());
  CHECK(*after != before);
  CHECK_FALSE(after->mailbox().closed());
  settle();  // the report of the first one's end comes late and changes nothing
  CHECK(*rooms.start_child(spec("lobby")) == *after);
  CHECK(starts["lobby"] == 2);
}

TEST_CASE_FIXTURE(SupervisedFixture,
                  "a transient child that ends normally is forgotten, and its next use starts a new one") {
  CHECK(rooms.start_child(spec("lobby")).has_value());
  crash("lobby");
  started["lobby"]->exit(ExitReason::normal());
  settle();
  CHECK(rooms.count_children() == ChildCounts{});
  CHECK(rooms.start_child(spec("lobby")).has_value());
  CHECK(info("lobby").failures == 0);
}

TEST_CASE_FIXTURE(SupervisedFixture,
                  "beyond its budget a child is quarantined and refused with the time that is left") {
  CHECK(rooms.start_child(spec("lobby")).has_value());
  for (int i = 0; i < 3; ++i) crash("lobby");
  CHECK(refusal("lobby") == "running");
  crash("lobby");
  CHECK(refusal("lobby") == "room is quarantined, try again in 1 s");
  CHECK(info("lobby").time_left == 1s);
  advance(1s);
  crash("lobby");
  CHECK(refusal("lobby") == "room is quarantined, try again in 2 s");
  advance(1ns);
  CHECK(refusal("lobby") == "room is quarantined, try again in 2 s");  // rounded up
  advance(1s);
  CHECK(refusal("lobby") == "room is quarantined, try again in 1 s");
  advance(1s - 2ns);
  CHECK(info("lobby").time_left == 1ns);
  advance(1ns);
  CHECK(refusal("lobby") == "running");
  CHECK(starts["lobby"] == 6);
}

TEST_CASE_FIXTURE(SupervisedFixture,
                  "a fourth crash exactly at the end of the period is one too many, a second later it is not") {
  for (const auto& [id, wait, expected] :
       {std::tuple{"at", 5s, ChildState::quarantined}, std::tuple{"after", 6s, ChildState::running}}) {
    CHECK(rooms.start_child(spec(id)).has_value());
    for (int i = 0; i < 3; ++i) crash(id);
    advance(wait);
    crash(id);
    CHECK(info(id).state == expected);
    CHECK(rooms.terminate_child(id).has_value());
  }
}

TEST_CASE_FIXTURE(SupervisedFixture, "a restart whose start fails is tried as often as the budget allows, then waits") {
  CHECK(rooms.start_child(spec("lobby")).has_value());
  start_errors["lobby"] = fail(ErrorCode::failed, "syntax error");
  crash("lobby");
  CHECK(starts["lobby"] == 1 + 3);  // it does not loop
  CHECK(info("lobby").state == ChildState::quarantined);
  CHECK(info("lobby").last_exit == ExitReason::crash("syntax error"));
  advance(1s);
  CHECK(starts["lobby"] == 5);
  CHECK(refusal("lobby") == "room is quarantined, try again in 2 s");
  start_errors.clear();
  advance(2s);
  CHECK(refusal("lobby") == "running");
}

TEST_CASE_FIXTURE(SupervisedFixture, "a request while a restart is due fails with the time to retry") {
  CHECK(rooms.start_child(spec("lobby")).has_value());
  start_errors["lobby"] = fail(ErrorCode::failed, "syntax error");
  started["lobby"]->exit(ExitReason::crash("boom"));
  const auto result = rooms.start_child(spec("lobby"));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == fail(ErrorCode::unavailable, "room is restarting, try again in 1 s", "syntax error"));
  CHECK(rooms.count_children() == ChildCounts{.specs = 1, .restarting = 1});
}

TEST_CASE_FIXTURE(SupervisedFixture, "a child that crashes repeatedly does not affect other children") {
  const ActorRef quiet = *rooms.start_child(spec("quiet"));
  CHECK(rooms.start_child(spec("loud", Restart::permanent)).has_value());
  for (int minute = 0; minute < 600; ++minute) {
    for (int i = 0; i < 10; ++i) {
      if (info("loud").state == ChildState::running) started["loud"]->exit(ExitReason::killed());
      settle();
    }
    advance(60s);
    REQUIRE(*rooms.start_child(spec("quiet")) == quiet);
  }
  CHECK(starts["quiet"] == 1);
  CHECK(starts["loud"] == 1 + 3 + 600);  // its budget once, then one back-off a minute at most
}

TEST_CASE_FIXTURE(SupervisedFixture,
                  "a terminated child is not restarted, its callers are answered, and its id is free") {
  const ActorRef before = *rooms.start_child(spec("lobby", Restart::permanent));
  std::vector<std::string> answers;
  before.mailbox().push(call("echo", noting(answers)));
  CHECK(rooms.terminate_child("lobby").has_value());
  const ActorRef after = *rooms.start_child(spec("lobby", Restart::permanent));
  CHECK(before != after);
  settle();
  CHECK(answers == std::vector<std::string>{"error: shutdown"});
  CHECK(starts["lobby"] == 2);
  CHECK(rooms.terminate_child("nobody").error().reason == "not_found");
}

TEST_CASE_FIXTURE(SupervisedFixture, "a child that is terminated while it waits for its restart never comes back") {
  CHECK(rooms.start_child(spec("lobby", Restart::permanent)).has_value());
  for (int i = 0; i < 4; ++i) crash("lobby");
  CHECK(rooms.terminate_child("lobby").has_value());
  advance(1h);
  CHECK(starts["lobby"] == 4);
  CHECK(rooms.count_children() == ChildCounts{});
}

TEST_CASE_FIXTURE(SupervisedFixture, "a start may end its own child, and sees that it is starting") {
  auto made = spec("lobby");
  made.start = [&, start = made.start](Shard& on) {
    CHECK(rooms.start_child(spec("lobby")).error().reason == "room is starting");
    CHECK(rooms.terminate_child("lobby").has_value());
    return start(on);
  };
  CHECK(rooms.start_child(made).error().reason == "shutdown");
  CHECK(rooms.count_children() == ChildCounts{});
  settle();
}

TEST_CASE_FIXTURE(SupervisedFixture,
                  "a restart whose start ends its own child leaves nothing, whether it succeeds or fails") {
  for (const bool fails : {false, true}) {
    int ends = 0;
    bool restarting = false;
    auto made = spec("lobby");
    made.start = [&, start = made.start](Shard& on) -> Result<std::unique_ptr<Actor>> {
      if (restarting) CHECK(rooms.terminate_child("lobby").has_value());
      if (restarting && fails) return fail(ErrorCode::failed, "no luck");
      auto actor = start(on);
      started["lobby"]->ends_seen = &ends;
      return actor;
    };
    CHECK(rooms.start_child(made).has_value());
    restarting = true;
    crash("lobby");
    advance(1h);
    CHECK(rooms.count_children() == ChildCounts{});
    CHECK(ends == (fails ? 1 : 2));
  }
}

TEST_CASE_FIXTURE(SupervisedFixture, "a child that ends in its own slice is destroyed later, once") {
  int ends = 0;
  const ActorRef ref = *rooms.start_child(spec("lobby", Restart::temporary));
  started["lobby"]->ends_seen = &ends;
  ref.mailbox().push(call("throw"));
  settle();
  CHECK(ends == 1);
  CHECK(rooms.count_children() == ChildCounts{});
}

TEST_CASE_FIXTURE(SupervisedFixture, "a child that terminates itself from within its slice is destroyed later") {
  struct Suicidal final : Actor {
    Suicidal(Shard& on, DynamicSupervisor& parent) : Actor(on), rooms(parent) {}
    bool slice() override {
      CHECK(rooms.terminate_child("lobby").has_value());
      return still_here;
    }
    DynamicSupervisor& rooms;
    bool still_here = true;
  };
  const ActorRef ref =
      *rooms.start_child({.id = "lobby", .start = [&](Shard& on) {
                            return Result<std::unique_ptr<Actor>>(std::make_unique<Suicidal>(on, rooms));
                          }});
  ref.mailbox().push(call("x"));
  settle();
  CHECK(rooms.count_children() == ChildCounts{});
}

TEST_CASE_FIXTURE(SupervisedFixture, "a supervisor that stops ends every child and starts no more") {
  int ends = 0;
  for (const char* id : {"a", "b"}) {
    CHECK(rooms.start_child(spec(id, Restart::permanent)).has_value());
    started[id]->ends_seen = &ends;
  }
  rooms.stop();
  CHECK(ends == 2);
  CHECK(refusal("a") == "shutdown");
  settle();
  CHECK(rooms.count_children() == ChildCounts{});
}

TEST_CASE_FIXTURE(OtpFixture, "monitors and timers after the supervisor's end have no effect") {
  int ends = 0;
  std::vector<ActorRef> refs;
  {
    DynamicSupervisor rooms(shard);
    const auto make = [&](Shard& on) -> Result<std::unique_ptr<Actor>> {
      auto actor = std::make_unique<Probe>(on);
      actor->ends_seen = &ends;
      return actor;
    };
    for (const char* id : {"a", "b"}) refs.push_back(*rooms.start_child({.id = id, .start = make}));
    for (int i = 0; i < 4; ++i) {
      (*rooms.start_child({.id = "c", .start = make})).mailbox().push(call("throw"));
      settle();
    }
    CHECK(rooms.count_children().quarantined == 1);
  }
  CHECK(ends == 6);
  advance(1h);
  for (const ActorRef& ref : refs) CHECK(ref.mailbox().closed());
}

TEST_CASE("the jitter spreads the restarts of children that crashed together, deterministically for a seed") {
  const auto waits = [](std::uint32_t seed) {
    ManualClock clock;
    Shard shard(0, clock);
    Shard::Scope presence(shard);
    DynamicSupervisor rooms(shard, {.seed = seed});
    std::map<std::string, Duration> left;
    for (int i = 0; i < 50; ++i) {
      auto ref = rooms.start_child(
          {.id = std::to_string(i),
           .start = [](Shard& on) -> Result<std::unique_ptr<Actor>> { return std::make_unique<Probe>(on); },
           .intensity = {.max_restarts = 0}});
      ref->mailbox().push(call("throw"));
    }
    while (shard.poll()) {
    }
    for (const auto& child : rooms.which_children()) left[child.id] = child.time_left;
    return left;
  };
  const auto one = waits(1);
  CHECK(one == waits(1));
  CHECK(one != waits(2));
  std::map<Duration, int> distinct;
  for (const auto& [id, left] : one) {
    CHECK(left > 800ms - 1ns);
    CHECK(left <= 1s);
    ++distinct[left];
  }
  CHECK(distinct.size() > 40);
}

TEST_CASE("two first uses of one id from different threads make one actor") {
  constexpr int keys = 1000, askers = 4;
  Shards shards(3);
  PerShard<DynamicSupervisor> rooms(shards.size(),
                                    [&](unsigned i) { return std::make_unique<DynamicSupervisor>(shards[i]); });
  std::vector<std::atomic<int>> starts(keys);
  std::vector<ActorRef> found(keys * askers);
  std::latch all(keys * askers);
  shards.start();
  std::vector<std::thread> threads;
  for (int asker = 0; asker < askers; ++asker) {
    threads.emplace_back([&, asker] {
      for (int key = 0; key < keys; ++key) {
        const std::string id = "room:" + std::to_string(key);
        shards.home_of(id).post([&, id, key, asker] {
          auto ref = rooms.local().ensure_started(id, [&](std::string_view name) {
            return ChildSpec{.id = std::string(name), .start = [&, key](Shard& on) {
                               ++starts[static_cast<std::size_t>(key)];
                               return Result<std::unique_ptr<Actor>>(std::make_unique<Probe>(on));
                             }};
          });
          if (ref) found[static_cast<std::size_t>(key * askers + asker)] = *ref;
          all.count_down();
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  all.wait();
  shards.stop_and_join();
  for (std::size_t key = 0; key < keys; ++key) {
    REQUIRE(starts[key] == 1);
    for (std::size_t asker = 0; asker < askers; ++asker) {
      REQUIRE(found[key * askers + asker]);
      REQUIRE(found[key * askers + asker] == found[key * askers]);
    }
  }
}
