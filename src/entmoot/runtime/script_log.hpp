// SPDX-License-Identifier: MIT

#pragma once

// What a script says: the lines of its console, and the exceptions that it did not catch. The latter are counted, too.
//
// Belongs to its server's shard.

#include <entmoot/base/error.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/runtime/limited_log.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace entmoot {

/// What a script did not catch where nobody waited for an answer.
struct UncaughtCounts {
  std::uint64_t timer_exceptions = 0;
  std::uint64_t listener_exceptions = 0;
  std::uint64_t microtask_exceptions = 0;
  std::uint64_t unhandled_rejections = 0;

  [[nodiscard]] std::uint64_t total() const noexcept {
    return timer_exceptions + listener_exceptions + microtask_exceptions + unhandled_rejections;
  }
};

class ScriptLog {
 public:
  /// Where the lines of a script's console go instead of the log: `subject` is whose (`room "chat:lobby"`), `line` as
  /// the script made it, not escaped. On the server's shard.
  using Console = std::function<void(std::string_view subject, log::Level level, std::string_view line)>;

  ScriptLog(std::string subject, std::size_t lines_max, TimePoint now, Console console)
      : log_(std::move(subject), lines_max, now), console_(std::move(console)), now_(now) {}

  /// A slice begins: the lines to come are reckoned from `now`.
  void begin_slice(TimePoint now) noexcept { now_ = now; }
  void console(log::Level level, std::string_view line);
  void uncaught(js::Host::Uncaught kind, std::string_view message, std::string_view stack);
  /// The answer to a call is this error.
  void call_failed(const Error& error);
  void report_suppressed() { log_.report_suppressed(now_); }

  [[nodiscard]] const std::string& subject() const noexcept { return log_.subject(); }
  [[nodiscard]] const UncaughtCounts& counts() const noexcept { return counts_; }

 private:
  LimitedLog log_;
  const Console console_;
  UncaughtCounts counts_;
  TimePoint now_;
};

}  // namespace entmoot
