// SPDX-License-Identifier: MIT

#include <entmoot/runtime/script_log.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace entmoot {

void ScriptLog::keep(log::Level level, std::string_view text, std::string_view stack) {
  if (!activity_) return;
  activity_->line(now_, level, stack.empty() ? std::string(text) : fmt::format("{}\n{}", text, stack));
}

void ScriptLog::console(log::Level level, std::string_view line) {
  if (!log_.may_write(now_)) return;
  keep(level, line);
  if (console_) return console_(log_.subject(), level, line);
  log::write(level, fmt::format("{} console: {}", log_.subject(), log::quoted(line)));
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
  log::error("{}: {}: {}{}", log_.subject(), row.what, log::quoted(message), log::indented(stack));
}

void ScriptLog::call_failed(const Error& error) {
  if (!log_.may_write(now_)) return;
  keep(log::Level::warning, fmt::format("the script threw {}", error.reason), error.detail);
  log::warn("{}: the script threw {}{}", log_.subject(), log::quoted(error.reason), log::indented(error.detail));
}

}  // namespace entmoot
