// SPDX-License-Identifier: MIT

#pragma once

// The log lines about one subject (a room, a shard), limited by an allowance: a client can make a room log, with each
// push that the script rejects. Suppressed lines are counted, and the count is logged when the allowance has room
// again.
//
// The caller passes the time, so that a turn that logs a thousand times does not read the clock for each line. Used on
// its subject's shard.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/log_allowance.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

class LimitedLog {
 public:
  /// `subject` begins each line: `room "chat:lobby"`. `lines_max`: see LogAllowance. `limit` names the
  /// setting and lives as long as the program.
  LimitedLog(std::string subject, std::size_t lines_max, TimePoint now, std::string_view limit = {})
      : subject_(std::move(subject)), limit_(limit), lines_(lines_max, now) {}

  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }

  /// `text` is written unchanged: the caller passes text from outside through log::quoted().
  void write(log::Level level, std::string_view text, TimePoint now) {
    if (may_write(now)) log::write(level, fmt::format("{}: {}", subject_, text));
  }
  /// Takes one line of the allowance. For lines whose text is formatted only if it is written.
  [[nodiscard]] bool may_write(TimePoint now) {
    report_suppressed(now);
    return lines_.take(now);
  }
  /// Writes how many lines were suppressed, if the allowance has room for that.
  void report_suppressed(TimePoint now) {
    if (const auto count = lines_.take_suppressed(now)) {
      const std::string limit = limit_.empty() ? std::string() : fmt::format(" (limit `{}`)", limit_);
      log::warn("{}: suppressed {} log lines{}", subject_, count, limit);
    }
  }

 private:
  const std::string subject_;
  const std::string_view limit_;
  LogAllowance lines_;
};

}  // namespace entmoot
