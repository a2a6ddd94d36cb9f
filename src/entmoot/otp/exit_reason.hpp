// SPDX-License-Identifier: MIT

#pragma once

// Why an actor ended, in OTP's four sorts. What a supervisor does about it is otp/restart.hpp's table.

#include <string>
#include <string_view>

namespace entmoot {

struct ExitReason {
  enum class Kind {
    normal,    ///< It had nothing left to do.
    shutdown,  ///< It was asked to end, in order.
    killed,    ///< Somebody ended it by force (Process.exit(pid, :kill)).
    crash,     ///< It could not go on: threw, ran out of memory or time.
  };

  Kind kind = Kind::normal;
  std::string what = {};    ///< For a crash: a short clause that may be shown to a client.
  std::string detail = {};  ///< A stack, for who wrote what crashed. No part of what the reason is.

  [[nodiscard]] static ExitReason normal() { return {}; }
  [[nodiscard]] static ExitReason shutdown() { return {Kind::shutdown}; }
  [[nodiscard]] static ExitReason killed() { return {Kind::killed, "killed"}; }
  [[nodiscard]] static ExitReason crash(std::string why, std::string detail = {}) {
    return {Kind::crash, std::move(why), std::move(detail)};
  }

  /// OTP: any reason other than normal, shutdown and {shutdown, _}.
  [[nodiscard]] bool abnormal() const noexcept { return kind == Kind::killed || kind == Kind::crash; }

  friend bool operator==(const ExitReason& a, const ExitReason& b) { return a.kind == b.kind && a.what == b.what; }
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

}  // namespace entmoot
