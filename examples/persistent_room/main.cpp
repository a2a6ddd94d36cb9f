// SPDX-License-Identifier: MIT

// persistent_room FILE ROOM: talk to a room line by line, kill it, and find it as it was.

#include "persistent_rooms.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/core/shards.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

using namespace entmoot;
using namespace persistent_room;

namespace {

/// Runs `ask` on the shard and waits for what its ReplyTo is told.
Result<JsonText> wait_for(Shard& shard, std::function<void(ReplyTo)> ask) {
  std::promise<Result<JsonText>> told;
  shard.post([&told, ask = std::move(ask)] {
    ask(ReplyTo([&told](Result<JsonText> result) { told.set_value(std::move(result)); }));
  });
  return told.get_future().get();
}

int fail_with(const Error& error) {
  fmt::print(stderr, "{}\n", error.reason);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return fail_with(fail("usage: persistent_room FILE ROOM"));
  log::start("warn");
  const std::string room = argv[2];
  Shards shards(1);  // before the store: what its thread has to say goes to a shard, to its last job
  auto store = HistoryStore::open(argv[1]);
  if (!store) return fail_with(store.error());
  const auto program = load_script();
  if (!program) return fail_with(program.error());

  Shard& shard = shards[0];
  std::unique_ptr<PersistentRooms> rooms;
  {
    Shard::Scope here(shard);
    rooms = std::make_unique<PersistentRooms>(shard, **store, *program);
  }
  shards.start();

  fmt::print("A line is said in the room; /history shows it, /kill ends the room, the end of input this program.\n");
  for (std::string line; std::getline(std::cin, line);) {
    const auto told = wait_for(shard, [&](ReplyTo reply) {
      if (line == "/kill") {
        rooms->kill(room);
        return std::move(reply)(JsonText());
      }
      if (line == "/history") return rooms->call(room, "getHistory", JsonText::trusted("[]"), std::move(reply));
      std::string args = R"(["you",)";
      append_json_string(args, line);
      rooms->call(room, "sendMessage", JsonText::trusted(args + "]"), std::move(reply));
    });
    fmt::print("{}\n", told ? told->view() : std::string_view(told.error().reason));
  }

  (void)wait_for(shard, [&](ReplyTo reply) {
    rooms->stop();
    std::move(reply)(JsonText());
  });
  shards.stop_and_join();
  Shard::Scope here(shard);
  rooms.reset();
  return 0;
}
