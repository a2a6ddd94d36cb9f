// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/rate.hpp>

#include "fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view told =
    R"(,"phx_reply",{"status":"error","response":{"reason":"rate limit: too much at once, try again later"}}])";

SocketLimits few_messages() { return {.messages = {.per_second = 10, .burst = 3, .debt = 2}}; }

}  // namespace

TEST_CASE("a bucket is full at first, fills with time, and never holds more than its burst") {
  const Rate rate{.per_second = 2, .burst = 3, .debt = 1};
  ManualClock clock;
  TokenBucket bucket(rate, clock.now());
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(1, rate, clock.now()) == Pace::fine);
  CHECK(bucket.take(1, rate, clock.now()) == Pace::over);
  CHECK(bucket.take(1, rate, clock.now()) == Pace::flood);
  clock.advance(1500ms);  // pays the debt of two and one message
  CHECK(bucket.take(1, rate, clock.now()) == Pace::fine);
  CHECK(bucket.take(1, rate, clock.now()) == Pace::over);
  clock.advance(1h);
  CHECK(bucket.take(3, rate, clock.now()) == Pace::fine);
  CHECK(bucket.take(1, rate, clock.now()) == Pace::over);
}

TEST_CASE("a client over its rate gets errors, and is closed when it continues") {
  World world(1, few_messages());
  JoinedClient client(world);  // one
  for (const char* ref : {"2", "3"}) client.sends(R"(["1",")" + std::string(ref) + R"(","room:1","ok",{}])");
  CHECK(client.received().size() == 2);
  client.sends(R"(["1","4","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"(["1","4","room:1")" + std::string(told)});
  client.sends(R"(["1","5","room:1","ok",{}])");
  CHECK_FALSE(client.closed());
  client.sends(R"(["1","6","room:1","ok",{}])");
  CHECK(client.closed() == CloseCode::policy_violation);
  CHECK(world.diary.ends == std::vector{ChannelEnd::socket_closed});
}

TEST_CASE("a client that pauses after an error is served again") {
  World world(1, few_messages());
  JoinedClient client(world);
  for (int i = 0; i < 4; ++i) client.sends(R"(["1","2","room:1","ok",{}])");
  (void)client.received();
  world.advance(1s);
  client.sends(R"(["1","3","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"(["1","3","room:1","phx_reply",{"status":"ok","response":{}}])"});
}

TEST_CASE("heartbeats and leaves are taken of a client that sends too much") {
  World world(1, few_messages());
  JoinedClient client(world);
  for (int i = 0; i < 2; ++i) client.sends(R"(["1","2","room:1","noreply",{}])");
  client.sends(R"([null,"3","phoenix","heartbeat",{}])");
  client.sends(R"(["1","4","room:1","phx_leave",{}])");
  CHECK(client.received() == Texts{R"([null,"3","phoenix","phx_reply",{"status":"ok","response":{}}])",
                                   R"(["1","4","room:1","phx_reply",{"status":"ok","response":{}}])",
                                   R"(["1","1","room:1","phx_close",{}])"});
}

TEST_CASE("bytes and joins have rates of their own") {
  World world(
      1, {.bytes = {.per_second = 100, .burst = 200, .debt = 100}, .joins = {.per_second = 1, .burst = 2, .debt = 1}});
  TestClient joins(world.shards[0], world.mount);
  for (const char* room : {"a", "b", "c"})
    joins.sends(R"(["1","1","room:)" + std::string(room) + R"(","phx_join",{}])");
  const auto answers = joins.received();
  REQUIRE(answers.size() == 3);
  CHECK(answers[2] == R"(["1","1","room:c")" + std::string(told));
  joins.sends(R"(["1","1","room:d","phx_join",{}])");
  CHECK(joins.closed() == CloseCode::policy_violation);

  JoinedClient bytes(world);
  bytes.sends(R"(["1","2","room:1","echo",")" + std::string(190, 'x') + R"("])");
  CHECK(bytes.received() == Texts{R"(["1","2","room:1")" + std::string(told)});
  bytes.sends(R"(["1","3","room:1","echo",")" + std::string(90, 'x') + R"("])");
  CHECK(bytes.closed() == CloseCode::policy_violation);
}
