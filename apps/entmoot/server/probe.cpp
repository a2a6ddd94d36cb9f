// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr Duration patience = 5s;
constexpr unsigned own_shard = 62;  // its address space is no room's

Handlers nobody_there(const std::string& name) {
  Handlers handlers;
  handlers.on_emit(
      [](std::string_view, std::string_view, std::string_view, std::string_view) -> Result<void> { return {}; });
  handlers.on("entmoot:room", [name](const JsonText&) -> Result<JsonText> {
    return JsonText::of({{"topic", name},
                         {"id", name},
                         {"history", {{"entries", 1000}, {"bytes", 1'000'000}, {"age", 86'400'000}, {"replay", 300}}}});
  });
  handlers.on("entmoot:presence",
              [](const JsonText&) -> Result<JsonText> { return JsonText::trusted(std::string_view("{}")); });
  handlers.on("broadcast", [](const JsonText&) -> Result<JsonText> { return JsonText(); });
  handlers.on("send", [](const JsonText&) -> Result<JsonText> { return JsonText(); });
  return handlers;
}

}  // namespace

Result<JsonText> probe(const Program& program, std::string name, std::string_view function, const Budget& budget) {
  Shard shard(own_shard, Shards::steady());
  std::optional<Result<JsonText>> answer;
  {
    Shard::Presence here(shard);
    JsShard js(shard);
    auto handlers = nobody_there(name);
    JsServer server(shard, js,
                    {.name = std::move(name), .program = program, .handlers = std::move(handlers), .budget = budget});
    const TimePoint end = shard.clock().now() + patience;
    server.ref().mailbox().push({.name = std::string(function),
                                 .reply = ReplyTo([&](Result<JsonText> result) { answer = std::move(result); }),
                                 .deadline = end});
    while (!answer && shard.clock().now() < end) {
      if (!shard.poll()) std::this_thread::sleep_for(1ms);
    }
    server.exit(ExitReason::shutdown());
    shard.poll();
  }
  shard.close();
  return answer ? *std::move(answer) : fail("the script does not come to its end");
}

}  // namespace entmoot_app
