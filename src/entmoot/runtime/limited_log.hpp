// SPDX-License-Identifier: MIT

#pragma once

// The log lines about one subject (a room), of which an allowance is written and the rest is counted: a client can make
// a room log, with each push that the script refuses. The count is written as soon as there is an allowance again.
//
// The time is the caller's: a turn that logs a thousand times reads no clock for it. Belongs to its subject's shard.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/runtime/log_allowance.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

class LimitedLog {
 public:
  /// `subject` begins each line: `room "chat:lobby"`. `lines_max`: see LogAllowance.
  LimitedLog(std::string subject, std::size_t lines_max, TimePoint now)
      : subject_(std::move(subject)), lines_(lines_max, now) {}

  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }

  /// `text` is written as it is: what comes from outside passes through log::quoted().
  void write(log::Level level, std::string_view text, TimePoint now) {
    if (may_write(now)) log::write(level, fmt::format("{}: {}", subject_, text));
  }
  /// Takes one line of the allowance, for a line whose text is only made if it is written.
  [[nodiscard]] bool may_write(TimePoint now) {
    report_suppressed(now);
    return lines_.take(now);
  }
  /// Writes how many lines were suppressed, if the allowance has room for that.
  void report_suppressed(TimePoint now) {
    if (const auto count = lines_.tell(now)) {
      log::warn("{}: suppressed {} log lines (limit `logLines`)", subject_, count);
    }
  }

 private:
  const std::string subject_;
  LogAllowance lines_;
};

}  // namespace entmoot
