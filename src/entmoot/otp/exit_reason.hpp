// SPDX-License-Identifier: MIT

#pragma once

// Why an actor ended, in OTP's four kinds. The table in otp/restart.hpp defines how a supervisor reacts.

#include <entmoot/base/error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

struct ExitReason {
  enum class Kind {
    normal,    ///< The actor finished its work.
    shutdown,  ///< The actor was asked to end.
    killed,    ///< The actor was ended by force (Process.exit(pid, :kill)).
    crash,     ///< The actor failed: it threw, or ran out of memory or time.
  };

  Kind kind = Kind::normal;
  Error why = {};  ///< For a kill or a crash. Comparisons ignore its `detail`.

  [[nodiscard]] static ExitReason normal() { return {}; }
  [[nodiscard]] static ExitReason shutdown() { return {Kind::shutdown}; }
  [[nodiscard]] static ExitReason killed() { return {Kind::killed, fail(ErrorCode::killed, "killed")}; }
  [[nodiscard]] static ExitReason killed(std::string why) {
    return {Kind::killed, fail(ErrorCode::killed, std::move(why))};
  }
  [[nodiscard]] static ExitReason crash(std::string why) { return crash(fail(ErrorCode::failed, std::move(why))); }
  [[nodiscard]] static ExitReason crash(Error why) { return {Kind::crash, std::move(why)}; }

  /// OTP: any reason other than normal, shutdown and {shutdown, _}.
  [[nodiscard]] bool abnormal() const noexcept { return kind == Kind::killed || kind == Kind::crash; }

  /// The error with which pending calls to the actor are answered.
  [[nodiscard]] Error error() const;

  friend bool operator==(const ExitReason& a, const ExitReason& b) {
    return a.kind == b.kind && a.why.code == b.why.code && a.why.reason == b.why.reason;
  }
};

[[nodiscard]] constexpr std::string_view to_string(ExitReason::Kind kind) noexcept {
  switch (kind) {
    case ExitReason::Kind::normal: return "normal";
    case ExitReason::Kind::shutdown: return "shutdown";
    case ExitReason::Kind::killed: return "killed";
    case ExitReason::Kind::crash: return "crash";
  }
  return "?";
}

inline Error ExitReason::error() const {
  return abnormal() ? why : fail(ErrorCode::no_process, std::string(to_string(kind)));
}

}  // namespace entmoot
