// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <doctest/doctest.h>

#include <latch>

using namespace entmoot;

TEST_CASE_FIXTURE(OtpFixture, "a ReplyTo that is destroyed unanswered answers an error, once") {
  std::vector<std::string> answers;
  {
    ReplyTo promise = noting(answers);
    ReplyTo moved = std::move(promise);
    CHECK(moved.wanted());
  }
  settle();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].starts_with("error: the process exited"));
}

TEST_CASE_FIXTURE(OtpFixture, "a ReplyTo that has answered sends nothing when it is destroyed") {
  std::vector<std::string> answers;
  {
    ReplyTo promise = noting(answers);
    std::move(promise)(JsonText::trusted(std::string_view("42")));
    CHECK_FALSE(promise.wanted());
    std::move(promise)(JsonText::trusted(std::string_view("43")));
  }
  settle();
  CHECK(answers == std::vector<std::string>{"42"});
}

TEST_CASE_FIXTURE(OtpFixture, "a ReplyTo that is overwritten by another one is answered with an error") {
  std::vector<std::string> first, second;
  ReplyTo promise = noting(first);
  promise = noting(second);
  settle();
  CHECK(first.size() == 1);
  CHECK(second.empty());
  std::move(promise)(JsonText());
  settle();
  CHECK(second == std::vector<std::string>{"null"});
}

TEST_CASE_FIXTURE(OtpFixture, "a cast's answer goes nowhere") {
  ReplyTo nobody;
  CHECK_FALSE(nobody.wanted());
  std::move(nobody)(JsonText());
  CHECK_FALSE(shard.poll());
}

TEST_CASE("an answer runs on the caller's thread") {
  Shards shards(2);
  shards.start();
  std::latch answered(1);
  shards[0].post([&] {
    shards[1].post([&, reply = ReplyTo(shards[0], [&](Result<JsonText> answer) {
                         CHECK(shards[0].is_here());
                         CHECK(answer.has_value());
                         answered.count_down();
                       })]() mutable { std::move(reply)(JsonText()); });
  });
  answered.wait();
}

TEST_CASE("a ReplyTo in a task that never runs is answered when the shards are destroyed") {
  for (const std::size_t asker : {0u, 1u}) {
    Shards shards(2);
    shards[1 - asker].post([reply = ReplyTo(shards[asker], [](Result<JsonText>) { FAIL("ran"); })] {});
  }
}
