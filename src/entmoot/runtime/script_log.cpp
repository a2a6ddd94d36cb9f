// SPDX-License-Identifier: MIT

#include <entmoot/runtime/script_log.hpp>

#include <entmoot/base/log_event.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace entmoot {

namespace {
constexpr std::size_t console_bytes_max = 2000;  // of a line: an object of some size
}  // namespace

void ScriptLog::keep(log::Level level, std::string_view text, std::string_view stack) {
  if (!activity_) return;
  activity_->line(now_, level, stack.empty() ? std::string(text) : fmt::format("{}\n{}", text, stack));
}

void ScriptLog::console(log::Level level, std::string_view line) {
  if (!log_.may_write(now_)) return;
  keep(level, line);
  if (console_) return console_(log_.subject(), level, line);
  const std::string whole = fmt::format("{} console: {}", log_.subject(), log::quoted(line, console_bytes_max));
  log::write(log::ScriptEvent{.level = level, .event = "console", .topic = topic_, .text = line, .line = whole});
}

void ScriptLog::uncaught(js::Host::Uncaught kind, std::string_view message, std::string_view stack) {
  struct Row {
    std::string_view what;
    std::uint64_t UncaughtCounts::*count;
  };
  static constexpr Row rows[] = {{"uncaught exception in a timer", &UncaughtCounts::timer_exceptions},
                                 {"uncaught exception in a message listener", &UncaughtCounts::listener_exceptions},
                                 {"uncaught exception in a microtask", &UncaughtCounts::microtask_exceptions},
                                 {"unhandled rejection", &UncaughtCounts::unhandled_rejections}};
  const Row& row = rows[static_cast<std::size_t>(kind)];
  ++(counts_.*row.count);
  if (!log_.may_write(now_)) return;
  keep(log::Level::error, fmt::format("{}: {}", row.what, message), stack);
  const std::string whole =
      fmt::format("{}: {}: {}{}", log_.subject(), row.what, log::quoted(message), log::indented(stack));
  log::write(log::ScriptEvent{.level = log::Level::error,
                              .event = "uncaught",
                              .topic = topic_,
                              .text = message,
                              .stack = stack,
                              .line = whole});
}

void ScriptLog::call_failed(const Error& error) {
  if (!log_.may_write(now_)) return;
  const std::string id = error.id.empty() ? "" : fmt::format(" (id {})", error.id);
  keep(log::Level::warning, fmt::format("the script threw {}{}", error.reason, id), error.detail);
  const std::string whole = fmt::format("{}: the script threw {}{}{}", log_.subject(), log::quoted(error.reason), id,
                                        log::indented(error.detail));
  log::write(log::ScriptEvent{.level = log::Level::warning,
                              .event = "exception",
                              .topic = topic_,
                              .text = error.reason + id,
                              .stack = error.detail,
                              .line = whole});
}

}  // namespace entmoot
