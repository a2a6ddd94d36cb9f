// SPDX-License-Identifier: MIT

#pragma once

// The log lines about one subject (a room), of which an allowance is written and the rest is counted: a client can make
// a room log, with each push that the script refuses. The count is written as soon as there is an allowance again.
//
// Belongs to its subject's shard.

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
  /// `subject` begins each line: `room "chat:lobby"`. `lines_max`: see LogAllowance. `clock` outlives it.
  LimitedLog(std::string subject, std::size_t lines_max, const Clock& clock)
      : subject_(std::move(subject)), clock_(clock), lines_(lines_max, clock.now()) {}

  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }

  /// `text` is written as it is: what comes from outside passes through log::quoted().
  void write(log::Level level, std::string_view text) {
    if (may_write()) log::write(level, fmt::format("{}: {}", subject_, text));
  }
  /// Takes one line of the allowance, for a line that somebody else writes.
  [[nodiscard]] bool may_write() {
    report_suppressed();
    return lines_.take(clock_.now());
  }
  /// Writes how many lines were suppressed, if the allowance has room for that.
  void report_suppressed() {
    if (const auto count = lines_.tell(clock_.now())) {
      log::warn("{}: suppressed {} log lines (limit `logLines`)", subject_, count);
    }
  }

 private:
  const std::string subject_;
  const Clock& clock_;
  LogAllowance lines_;
};

}  // namespace entmoot
