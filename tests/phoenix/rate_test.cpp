// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/rate.hpp>

#include "fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <set>
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
  JoinedClient client(world);
  for (int i = 0; i < 3; ++i) client.sends(R"(["1","2","room:1","ok",{}])");
  CHECK(client.received().size() == 3);
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
  for (int i = 0; i < 5; ++i) client.sends(R"(["1","2","room:1","ok",{}])");
  (void)client.received();
  world.advance(1s);
  client.sends(R"(["1","3","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"(["1","3","room:1","phx_reply",{"status":"ok","response":{}}])"});
}

TEST_CASE("heartbeats and leaves are taken of a client that sends too much") {
  World world(1, few_messages());
  JoinedClient client(world);
  for (int i = 0; i < 3; ++i) client.sends(R"(["1","2","room:1","noreply",{}])");
  client.sends(R"([null,"3","phoenix","heartbeat",{}])");
  client.sends(R"(["1","4","room:1","phx_leave",{}])");
  CHECK(client.received() == Texts{R"([null,"3","phoenix","phx_reply",{"status":"ok","response":{}}])",
                                   R"(["1","4","room:1","phx_reply",{"status":"ok","response":{}}])",
                                   R"(["1","1","room:1","phx_close",{}])"});
}

TEST_CASE("joins over their rate are refused, and never close the connection") {
  World world(1, {.joins = {.per_second = 1, .burst = 2}});
  TestClient joins(world.shards[0], world.mount);
  for (const char* room : {"a", "b", "c"})
    joins.sends(R"(["1","1","room:)" + std::string(room) + R"(","phx_join",{}])");
  const auto answers = joins.received();
  REQUIRE(answers.size() == 3);
  CHECK(answers[2] == R"(["1","1","room:c")" + std::string(told));
  for (int i = 0; i < 1000; ++i) joins.sends(R"(["1","1","room:d","phx_join",{}])");
  CHECK(joins.received().size() == 1000);
  CHECK_FALSE(joins.closed());
  world.advance(1s);  // refused joins have cost nothing
  joins.sends(R"(["1","1","room:d","phx_join",{}])");
  CHECK(joins.received() == Texts{R"(["1","1","room:d","phx_reply",{"status":"ok","response":{}}])"});
}

TEST_CASE("a client with more topics than the burst of joins gets all of them by trying again") {
  World world(1, {.channels_max = 1000, .joins = {.per_second = 100, .burst = 500}});
  TestClient client(world.shards[0], world.mount);
  std::set<int> waiting;
  for (int topic = 0; topic < 1000; ++topic) waiting.insert(topic);
  int seconds = 0;
  for (; !waiting.empty() && seconds < 10; ++seconds) {
    for (const int topic : std::set<int>(waiting)) {
      client.sends(fmt::format(R"(["{0}","{0}","room:{0}","phx_join",{{}}])", topic));
      if (client.received().at(0).ends_with(R"("phx_reply",{"status":"ok","response":{}}])")) waiting.erase(topic);
    }
    CHECK_FALSE(client.closed());
    world.advance(1s);
  }
  CHECK(seconds == 6);
}

TEST_CASE("a client that sends too many bytes gets errors, and is closed when it continues") {
  World world(1, {.bytes = {.per_second = 100, .burst = 200, .debt = 100}});
  JoinedClient bytes(world);
  bytes.sends(R"(["1","2","room:1","echo",")" + std::string(190, 'x') + R"("])");
  CHECK(bytes.received() == Texts{R"(["1","2","room:1")" + std::string(told)});
  bytes.sends(R"(["1","3","room:1","echo",")" + std::string(90, 'x') + R"("])");
  CHECK(bytes.closed() == CloseCode::policy_violation);
}
