// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/core/fiber.hpp>
#include <entmoot/otp/actor.hpp>

#include <doctest/doctest.h>

using namespace entmoot;

TEST_CASE_FIXTURE(OtpFixture, "an actor takes its messages in order, one slice per round") {
  Probe actor(shard);
  for (const char* name : {"a", "b", "c"}) actor.ref().mailbox().push(call(name));
  shard.poll();
  CHECK(actor.taken.size() == 1);
  settle();
  CHECK(actor.taken == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE_FIXTURE(OtpFixture, "an exit takes effect once, and the first reason counts") {
  Probe actor(shard);
  std::vector<ExitReason> reported;
  actor.monitor([&](const ExitReason& reason) { reported.push_back(reason); });
  actor.exit(ExitReason::crash("first"));
  actor.exit(ExitReason::normal());
  CHECK(reported.empty());  // never from within exit()
  settle();
  CHECK(reported == std::vector{ExitReason::crash("first")});
  CHECK(actor.exit_reason() == ExitReason::crash("first"));
  CHECK(actor.ends == 1);
}

TEST_CASE_FIXTURE(OtpFixture, "a monitor of an actor that has already ended is called once, in a later step") {
  Probe actor(shard);
  actor.exit(ExitReason::killed());
  int reports = 0;
  actor.monitor([&](const ExitReason& reason) {
    ++reports;
    CHECK(reason == ExitReason::killed());
  });
  CHECK(reports == 0);
  settle();
  CHECK(reports == 1);
}

TEST_CASE_FIXTURE(OtpFixture, "a monitor may destroy the actor that it monitored") {
  auto actor = std::make_unique<Probe>(shard);
  int second = 0;
  actor->monitor([&](const ExitReason&) { actor.reset(); });
  actor->monitor([&](const ExitReason&) { ++second; });
  actor->exit(ExitReason::normal());
  settle();
  CHECK(second == 1);
}

TEST_CASE_FIXTURE(OtpFixture, "monitors are called after the last of thousands of waiting callers has its answer") {
  Probe actor(shard, {.messages_max = 5000});
  int answered = 0;
  for (int i = 0; i < 5000; ++i) {
    actor.ref().mailbox().push({.name = "echo", .reply = ReplyTo([&](const Result<JsonText>&) { ++answered; })});
  }
  int answered_before = -1;
  actor.monitor([&](const ExitReason&) { answered_before = answered; });
  actor.exit(ExitReason::killed());
  CHECK(answered < 5000);
  settle();
  CHECK(answered == 5000);
  CHECK(answered_before == 5000);
}

TEST_CASE_FIXTURE(OtpFixture, "a slice that throws ends its actor with a crash, and every waiting caller is answered") {
  Probe actor(shard);
  std::vector<std::string> answers;
  std::optional<ExitReason> reason;
  actor.monitor([&](const ExitReason& why) { reason = why; });
  for (const char* name : {"echo", "keep", "throw", "echo"}) actor.ref().mailbox().push(call(name, noting(answers)));
  settle();
  CHECK(reason == ExitReason::crash(entmoot::fail(ErrorCode::exception, "thrown in a turn")));
  REQUIRE(answers.size() == 4);
  CHECK(answers[0] == "[1]");
  for (std::size_t i = 1; i < 4; ++i) CHECK(answers[i].starts_with("error: "));
  CHECK(actor.taken.size() == 3);
}

TEST_CASE_FIXTURE(OtpFixture, "an actor that has ended gets no slice, even if its last slice returned true") {
  struct Ending final : Actor {
    using Actor::Actor;
    bool slice() override {
      ++slices;
      exit(ExitReason::normal());
      return true;
    }
    int slices = 0;
  };
  Ending actor(shard);
  for (const char* name : {"first", "late"}) actor.ref().mailbox().push(call(name));
  settle();
  CHECK(actor.slices == 1);
}

TEST_CASE_FIXTURE(OtpFixture, "a call through a ref to an ended actor is answered with the exit reason") {
  std::vector<std::string> answers;
  ActorRef ref;
  {
    Probe actor(shard);
    ref = actor.ref();
    actor.exit(ExitReason::crash("out of memory"));
  }
  ref.send(call("echo", noting(answers)));
  settle();
  CHECK(answers == std::vector<std::string>{"error: out of memory"});
}

TEST_CASE_FIXTURE(OtpFixture, "an actor that is destroyed while alive ends with shutdown and its monitors are called") {
  std::optional<ExitReason> reason;
  {
    Probe actor(shard);
    actor.monitor([&](const ExitReason& why) { reason = why; });
    actor.ref().mailbox().push(call("x"));  // it is in the run queue
  }
  settle();
  CHECK(reason == ExitReason::shutdown());
}

TEST_CASE_FIXTURE(OtpFixture, "an exit from within a turn's fiber waits until the fiber is left") {
  StackPool pool(64 * 1024);
  Fiber fiber;
  Probe actor(shard);
  fiber.start(
      pool, [](void* argument) { static_cast<Probe*>(argument)->exit(ExitReason::normal()); }, &actor);
  fiber.resume();
  CHECK(actor.alive());
  actor.exit(ExitReason::crash("sooner"));
  settle();
  CHECK(actor.exit_reason() == ExitReason::crash("sooner"));
  CHECK(actor.ends == 1);
}

TEST_CASE_FIXTURE(OtpFixture, "a deferred exit has no effect if the actor was destroyed on the fiber") {
  StackPool pool(64 * 1024);
  Fiber fiber;
  auto actor = std::make_unique<Probe>(shard);
  std::vector<std::string> answers;
  actor->ref().mailbox().push(call("echo", noting(answers)));
  fiber.start(
      pool,
      [](void* argument) {
        auto& owner = *static_cast<std::unique_ptr<Probe>*>(argument);
        owner->exit(ExitReason::normal());
        owner.reset();
      },
      &actor);
  fiber.resume();
  settle();
  CHECK(answers == std::vector<std::string>{"error: shutdown"});
}
