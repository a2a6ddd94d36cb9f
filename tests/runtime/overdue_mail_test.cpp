// SPDX-License-Identifier: MIT

#include "room_bench.hpp"

#include <entmoot/base/bytes.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>

using namespace entmoot;
using namespace std::chrono_literals;

TEST_CASE("the fullest mailbox that can be configured, of mail past its deadline, is answered without recursion") {
  constexpr std::size_t messages_max = 1'000'000;  // the most that `limits.mailbox` accepts
  RoomBench bench;
  Budget budget;
  budget.host_bytes_max = 1024 * MiB;
  budget.mailbox = {.messages_max = messages_max, .bytes_max = 1024 * MiB};
  TestRoom& room = bench.open("function f() { return 1; }", {}, budget);
  bench.settle();
  std::size_t timeouts = 0;
  const TimePoint soon = bench.shard.clock().now() + 1ms;
  bench.on_shard([&] {
    Mailbox& mailbox = room.server->ref().mailbox();
    for (std::size_t i = 0; i < messages_max; ++i) {
      mailbox.push({.name = "f",
                    .reply = ReplyTo([&](const Result<JsonText>& result) {
                      timeouts += !result && result.error().code == ErrorCode::timeout;
                    }),
                    .deadline = soon});
    }
    bench.clock.advance(1s);
  });
  bench.settle();
  CHECK(timeouts == messages_max);
  CHECK(bench.call(room, "f") == "1");
}
