// SPDX-License-Identifier: MIT

// persistent_room FILE ROOM: send lines to a room, kill it, and see that its history persists.

#include "persistent_rooms.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/node/node.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <future>
#include <iostream>
#include <string>
#include <utility>

using namespace entmoot;
using namespace persistent_room;

namespace {

/// Runs `ask` on the shard and waits for the answer.
Result<JsonText> wait_for(Shard& shard, std::function<void(ReplyTo)> ask) {
  std::promise<Result<JsonText>> answered;
  shard.post([&answered, ask = std::move(ask)] {
    ask(ReplyTo([&answered](Result<JsonText> result) { answered.set_value(std::move(result)); }));
  });
  return answered.get_future().get();
}

int fail_with(const Error& error) {
  fmt::print(stderr, "{}\n", error.reason);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return fail_with(fail(ErrorCode::invalid, "usage: persistent_room FILE ROOM"));
  log::start("warn");
  const std::string room = argv[2];
  Node node({.shards = 1});  // before the store, whose last jobs post their answers to a shard
  auto store = HistoryStore::open(argv[1]);
  if (!store) return fail_with(store.error());
  const auto program = load_script();
  if (!program) return fail_with(program.error());

  Shard& shard = node.shards()[0];
  PersistentRooms rooms(shard, node.js().on(shard), **store, *program);
  node.on_stop([&](Shard&) { rooms.stop(); });
  node.shards().start();

  fmt::print("Type a message, /history to list the messages, or /kill to end the room. Ctrl-D exits.\n");
  for (std::string line; std::getline(std::cin, line);) {
    const auto answer = wait_for(shard, [&](ReplyTo reply) {
      if (line == "/kill") {
        rooms.kill(room);
        return std::move(reply)(JsonText());
      }
      if (line == "/history") return rooms.call(room, "getHistory", JsonText::trusted("[]"), std::move(reply));
      std::string args = R"(["you",)";
      append_json_string(args, line);
      rooms.call(room, "sendMessage", JsonText::trusted(args + "]"), std::move(reply));
    });
    fmt::print("{}\n", answer ? answer->view() : std::string_view(answer.error().reason));
  }

  node.stop();
  return 0;
}
