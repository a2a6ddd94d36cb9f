// SPDX-License-Identifier: MIT

#pragma once

// The log of a script: its console output and its uncaught exceptions, which are also counted.
//
// Used on its server's shard.

#include <entmoot/base/error.hpp>
#include <entmoot/base/limited_log.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/runtime/recent_activity.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

/// The number of uncaught errors that no caller received.
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
  /// Receives a script's console output instead of the log: `subject` names the room (`room "chat:lobby"`), `line` is
  /// the script's text, not escaped. Called on the server's shard.
  using Console = std::function<void(std::string_view subject, log::Level level, std::string_view line)>;

  /// `topic` is the room's, for the fields of the log; `activity` (may be null) keeps the last lines.
  ScriptLog(std::string topic, LimitedLog log, Console console, RecentActivity* activity)
      : topic_(std::move(topic)), log_(std::move(log)), console_(std::move(console)), activity_(activity) {}

  /// Called at the begin of a slice: `now` is the time of all lines in the slice.
  void begin_slice(TimePoint now) noexcept { now_ = now; }
  void console(log::Level level, std::string_view line);
  void uncaught(js::Host::Uncaught kind, std::string_view message, std::string_view stack);
  /// Logs an error with which a call was answered.
  void call_failed(const Error& error);
  void report_suppressed() { log_.report_suppressed(now_); }

  [[nodiscard]] const std::string& subject() const noexcept { return log_.subject(); }
  [[nodiscard]] const UncaughtCounts& counts() const noexcept { return counts_; }

 private:
  void keep(log::Level level, std::string_view text, std::string_view stack = {});

  const std::string topic_;
  LimitedLog log_;
  const Console console_;
  RecentActivity* const activity_;
  UncaughtCounts counts_;
  TimePoint now_{};
};

}  // namespace entmoot
