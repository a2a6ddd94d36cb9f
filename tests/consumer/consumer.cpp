// SPDX-License-Identifier: MIT

// Two shards, a PubSub across them, and a room on the first: what a call to the room answers is broadcast, and printed
// by a subscriber on the second.

#include <entmoot/base/json.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/runtime/js_server.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/runtime/program.hpp>

#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <string>

int main() {
  using namespace entmoot;

  const auto program = Program::load("sum.ts", "function sum(a: number, b: number) { return { sum: a + b }; }");
  if (!program) return std::fprintf(stderr, "%s\n", program.error().reason.c_str()), 1;

  Shards shards(2);
  PubSub pubsub(shards);
  shards.start();

  std::promise<std::string> heard;
  Subscription subscription;
  std::unique_ptr<JsShard> js;
  std::unique_ptr<JsServer> room;
  shards.visit_all([&](Shard& shard) {
    if (shard.index() == 1) {
      subscription = pubsub.subscribe("sums", [&heard](const Broadcast& broadcast) {
        heard.set_value(broadcast.event + " " + std::string(broadcast.payload.bytes()));
      });
    } else {
      js = std::make_unique<JsShard>(shard);
      room = std::make_unique<JsServer>(shard, *js, JsServerOptions{.name = "sum", .program = *program});
    }
  });

  shards[0].post([&] {
    room->ref().mailbox().push({.name = "sum",
                                .args = JsonText::trusted("[20, 22]"),
                                .reply = ReplyTo([&](Result<JsonText> answer) {
                                  if (answer) return pubsub.broadcast("sums", "answer", *answer);
                                  heard.set_value("error: " + answer.error().reason);
                                }),
                                .deadline = shards[0].clock().now() + std::chrono::seconds(5)});
  });
  auto answer = heard.get_future();
  if (answer.wait_for(std::chrono::seconds(10)) != std::future_status::ready)
    return std::fprintf(stderr, "no answer\n"), 1;
  std::printf("the room says: %s\n", answer.get().c_str());

  shards.visit_all([&](Shard& shard) {
    if (shard.index() == 1) return subscription.end();
    room.reset();
    js.reset();
  });
  shards.stop_and_join();
  return 0;
}
