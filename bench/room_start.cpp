// SPDX-License-Identifier: MIT

#include "chat_script.hpp"
#include "fresh_room.hpp"
#include "parts.hpp"
#include "report.hpp"
#include "silent_host.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/js/template_heap.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <malloc.h>

namespace bench {

using namespace entmoot;

namespace {

constexpr auto group = "start of a room";
constexpr int starts = 300;  // per round

void copies(const js::TemplateHeap& from, js::ArenaOptions options, const char* subject) {
  SilentHost host;
  js::RegionArena arena(options);
  Samples start, run;
  for (int i = 0; i < starts; ++i) {
    std::optional<js::Runtime> room;
    start.add(time([&] { room.emplace(arena, from, js::HeapLimits{}, host); }));
    run.add(time([&] { (void)room->run({.kind = js::Entry::Kind::evaluate}, 1000); }));
  }
  ENTMOOT_CHECK(host.failures() == 0, "the script's top level must run");
  start.report(group, "heap ready, script loaded", subject);
  run.report(group, "script's top level", subject);
}

// Either in memory that was just freed, which malloc reuses, or in memory that is new to the process.
void fresh(const std::string& prelude, const js::ModuleGraph& script, bool new_memory) {
  const auto* subject = new_memory ? "fresh engine, new memory" : "fresh engine, warm memory";
  Samples bare, ready;
  std::vector<std::unique_ptr<FreshRoom>> kept;
  for (int i = 0; i < starts; ++i) {
    std::unique_ptr<FreshRoom> room;
    const auto made = time([&] { room = std::make_unique<FreshRoom>(); });
    bare.add(made);
    ready.add(made + time([&] { room->load(prelude, script); }));
    if (new_memory) kept.push_back(std::move(room));
  }
  kept.clear();
  if (new_memory) malloc_trim(0);
  ready.report(group, "heap ready, script loaded", subject);
  bare.report(group, "runtime and context alone", subject);
}

// The whole actor, until it can take its first message.
void whole() {
  const SteadyClock clock;
  Shard shard(0, clock);
  const Shard::Scope presence(shard);
  JsShard js(shard);
  const Program program = chat_program();
  for (int round = 0; round < rounds; ++round) {
    Samples start, end;
    for (int i = 0; i < starts; ++i) {
      std::unique_ptr<JsServer> room;
      start.add(time([&] {
        room = std::make_unique<JsServer>(shard, js, JsServerOptions{.name = "bench", .program = program});
        shard.poll();
      }));
      end.add(time([&] { room.reset(); }));
      while (shard.poll()) {
      }
    }
    start.report(group, "actor made and script run", "template, warm slot");
    end.report(group, "its end", "template, warm slot");
  }
}

}  // namespace

void room_start() {
  const auto script = chat_script();
  const auto prelude = compile_prelude();
  const auto heap = js::TemplateHeap::build(script);
  ENTMOOT_CHECK(heap.has_value(), "the template must build");
  for (int round = 0; round < rounds; ++round) {
    copies(**heap, {}, "template, warm slot");
    copies(**heap, {.warm_slots_max = 0}, "template, cold slot");
    fresh(prelude, *script, false);
    fresh(prelude, *script, true);
  }
  whole();
}

}  // namespace bench
