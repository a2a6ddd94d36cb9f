// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/otp/mailbox.hpp>

#include <doctest/doctest.h>

using namespace entmoot;

TEST_CASE_FIXTURE(OtpFixture,
                  "a mailbox with messages_max messages answers the next one overloaded and keeps the others") {
  Probe actor(shard, {.messages_max = 3});
  std::vector<std::string> answers;
  for (int i = 0; i < 5; ++i) actor.ref().mailbox().push(call("echo", noting(answers)));
  CHECK(actor.ref().mailbox().size() == 3);
  settle();
  CHECK(answers == std::vector<std::string>{"error: overloaded", "error: overloaded", "[1]", "[1]", "[1]"});
  actor.ref().mailbox().push(call("echo", noting(answers)));
  settle();
  CHECK(answers.back() == "[1]");
}

TEST_CASE_FIXTURE(OtpFixture, "a mailbox that is full by bytes accepts messages again after others were taken") {
  const std::size_t one = call("echo").size();
  Probe actor(shard, {.bytes_max = 2 * one});
  std::vector<std::string> answers;
  for (int i = 0; i < 3; ++i) actor.ref().mailbox().push(call("echo", noting(answers)));
  CHECK(actor.ref().mailbox().size() == 2);
  settle();
  CHECK(answers == std::vector<std::string>{"error: overloaded", "[1]", "[1]"});
  for (int i = 0; i < 2; ++i) actor.ref().mailbox().push(call("echo", noting(answers)));
  CHECK(actor.ref().mailbox().size() == 2);
}

TEST_CASE_FIXTURE(OtpFixture, "a message that is larger than the mailbox is taken if it waits alone") {
  Probe actor(shard, {.bytes_max = 1});
  std::vector<std::string> answers;
  for (int i = 0; i < 2; ++i) actor.ref().mailbox().push(call("echo", noting(answers)));
  settle();
  CHECK(answers == std::vector<std::string>{"error: overloaded", "[1]"});
}

TEST_CASE_FIXTURE(OtpFixture, "a closing mailbox answers every waiting caller once, and no cast") {
  Probe actor(shard);
  std::vector<std::string> answers;
  for (int i = 0; i < 10; ++i) actor.ref().mailbox().push(call("echo", noting(answers)));
  actor.ref().mailbox().push(call("cast"));
  actor.exit(ExitReason::crash("out of memory"));
  settle();
  CHECK(answers == std::vector<std::string>(10, "error: out of memory"));
  CHECK_FALSE(actor.ref().mailbox().take());
}

TEST_CASE_FIXTURE(OtpFixture, "a closed mailbox accepts nothing and makes no actor runnable") {
  Probe actor(shard);
  actor.exit(ExitReason::normal());
  std::vector<std::string> answers;
  actor.ref().mailbox().push(call("echo", noting(answers)));
  settle();
  CHECK(answers == std::vector<std::string>{"error: normal"});
  CHECK(actor.ref().mailbox().empty());
  CHECK(actor.taken.empty());
}

TEST_CASE_FIXTURE(OtpFixture, "messages of one sender arrive in the order they were sent") {
  Probe actor(shard);
  const ActorRef ref = actor.ref();
  for (int i = 0; i < 100; ++i) ref.send(call(std::to_string(i)));
  settle();
  REQUIRE(actor.taken.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) CHECK(actor.taken[i] == std::to_string(i));
}
