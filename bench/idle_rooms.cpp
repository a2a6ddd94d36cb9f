// SPDX-License-Identifier: MIT

#include "chat_script.hpp"
#include "parts.hpp"
#include "report.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/js/template_heap.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <fstream>
#include <memory>
#include <vector>

#include <unistd.h>

namespace bench {

using namespace entmoot;

namespace {

constexpr auto group = "memory of an idle room";
constexpr int rooms_count = 1000;

double resident_kilobytes() {
  double all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1000;
}

}  // namespace

void idle_rooms() {
  const SteadyClock clock;
  const Program program = chat_program();
  report(group, "image of the template", "room", "kB", static_cast<double>(program.heap().bytes()) / 1000);
  Shard shard(0, clock);
  const Shard::Scope presence(shard);
  JsShard js(shard, {.arena = {.warm_slots_max = 0}});
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<JsServer>> rooms;
    const auto settle = [&] {
      while (shard.poll()) {
      }
    };
    const auto before = resident_kilobytes();
    for (int i = 0; i < rooms_count; ++i) {
      rooms.push_back(std::make_unique<JsServer>(shard, js, JsServerOptions{.name = "bench", .program = program}));
    }
    settle();
    report(group, "resident memory, started", "room", "kB", (resident_kilobytes() - before) / rooms_count);
    report(group, "heap in use, started", "room", "kB", static_cast<double>(rooms[0]->usage().heap_bytes) / 1000);
    for (const auto& room : rooms) {
      for (int i = 0; i < 20; ++i) {
        room->ref().mailbox().push({.name = "sendMessage", .args = JsonText::trusted(std::string_view(message_args))});
      }
    }
    settle();
    report(group, "resident memory, after 20 messages", "room", "kB", (resident_kilobytes() - before) / rooms_count);
    report(group, "heap in use, after 20 messages", "room", "kB",
           static_cast<double>(rooms[0]->usage().heap_bytes) / 1000);
    rooms.clear();
    settle();
  }
}

}  // namespace bench
