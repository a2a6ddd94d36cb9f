// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// Beyond the time that the program has to start.
constexpr Duration patience = 1s;
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

/// "lib/dice.ts:3:7", the first place of `stack` that lies in a file; empty if there is none.
std::string_view place_in(std::string_view stack) {
  while (!stack.empty()) {
    std::string_view line = stack.substr(0, stack.find('\n'));
    stack.remove_prefix(std::min(line.size() + 1, stack.size()));
    const auto open = line.rfind('(');
    if (!line.ends_with(')') || open == line.npos) continue;
    line = line.substr(open + 1, line.size() - open - 2);
    const bool is_file = line.find(':') != line.npos && !line.starts_with('<');
    if (is_file && std::isdigit(static_cast<unsigned char>(line.back()))) return line;
  }
  return {};
}

/// What is told to who wrote the program.
Error in_words(const std::string& name, const Error& error, const Budget& budget) {
  const auto seconds = [](Duration time) { return std::chrono::duration<double>(time).count(); };
  std::string_view reason = error.reason;
  constexpr std::string_view prefix = "the room's script failed: ";  // not every program is a room's
  if (reason.starts_with(prefix)) reason.remove_prefix(prefix.size());
  const auto place = place_in(error.detail);
  std::string text = fmt::format("{}: {}", place.empty() ? name : place, reason);
  if (reason == "out of time") {
    text += fmt::format("; the file's own statements may compute for {:g} s", seconds(budget.turn_cpu));
  } else if (reason == "the script did not start in time") {
    text += fmt::format("; what its top level awaits has to come within {:g} s", seconds(budget.start_timeout));
  }
  return fail(std::move(text), error.detail);
}

}  // namespace

Result<JsonText> probe(const Program& program, const std::string& name, std::string_view function,
                       const Budget& budget) {
  Shard shard(own_shard, Shards::steady());
  Result<JsonText> outcome = fail(ErrorCode::start_timeout, "what it awaits does not come");
  {
    Shard::Scope here(shard);
    std::optional<Result<JsonText>> answer;
    JsShard js(shard);
    auto handlers = nobody_there(name);
    JsServer server(shard, js, {.name = name, .program = program, .handlers = std::move(handlers), .budget = budget});
    const TimePoint end = shard.clock().now() + budget.start_timeout + patience;
    server.ref().mailbox().push({.name = std::string(function),
                                 .reply = ReplyTo([&](Result<JsonText> result) { answer = std::move(result); }),
                                 .deadline = TimePoint::max()});
    while (!answer && shard.clock().now() < end) {
      if (!shard.poll()) std::this_thread::sleep_for(1ms);
    }
    if (answer) outcome = std::move(*answer);
    if (answer && !outcome && server.exit_reason())
      outcome = fail(outcome.error().reason, server.exit_reason()->detail);
    server.exit(ExitReason::shutdown());
    shard.poll();
  }
  shard.close();
  if (!outcome) return in_words(name, outcome.error(), budget);
  return outcome;
}

}  // namespace entmoot_app
