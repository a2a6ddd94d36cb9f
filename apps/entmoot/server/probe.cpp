// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/node/node.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// How long the answer may take beyond the program's start timeout.
constexpr Duration grace = 1s;

/// The handlers that a room can call, without effects.
Handlers inert_handlers(const std::string& name) {
  Handlers handlers;
  handlers.on_command([](std::string_view, std::span<const js::Value>) -> Result<void> { return {}; });
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

/// The first position in `stack` that lies in a file, "lib/dice.ts:3:7"; empty if there is none.
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

/// `error` with its position and the limit that was exceeded, for the program's author.
Error located(const std::string& name, const Error& error, const Budget& budget) {
  const auto seconds = [](Duration time) { return std::chrono::duration<double>(time).count(); };
  const auto place = place_in(error.detail);
  std::string text = fmt::format("{}: {}", place.empty() ? name : place, error.reason);
  if (error.code == ErrorCode::cpu_limit) {
    text += fmt::format("; the top level has {:g} s of CPU time (limit `turn`)", seconds(budget.turn_cpu));
  } else if (error.code == ErrorCode::start_timeout) {
    text += fmt::format("; the top level must finish within {:g} s, including what it awaits (limit `startTimeout`)",
                        seconds(budget.start_timeout));
  }
  return fail(error.code, std::move(text), error.detail);
}

}  // namespace

Result<JsonText> probe(const Program& program, const std::string& name, Envelope message, const ProbeOptions& options) {
  const Budget& budget = options.budget;
  Node node({.shards = 1});
  Shard& shard = node.shards()[0];
  const Shard::Scope scope(shard);
  JsServer server(shard, node.js().on(shard),
                  {.name = name,
                   .noun = "",
                   .program = program,
                   .handlers = inert_handlers(name),
                   .budget = budget,
                   .secrets = options.secrets});
  std::optional<Result<JsonText>> answer;
  message.reply = ReplyTo([&](Result<JsonText> result) { answer = std::move(result); });
  message.deadline = TimePoint::max();
  server.ref().mailbox().push(std::move(message));
  const TimePoint end = shard.clock().now() + budget.start_timeout + grace;
  while (!answer && shard.clock().now() < end) {
    if (!node.step()) std::this_thread::sleep_for(1ms);
  }
  if (!answer) answer = fail(ErrorCode::start_timeout, "the top level did not finish in time");
  server.exit(ExitReason::shutdown());
  shard.poll();
  if (!*answer) return located(name, answer->error(), budget);
  return *std::move(answer);
}

}  // namespace entmoot_app
