// SPDX-License-Identifier: MIT

#pragma once

// A supervisor's report about its children: plain values for tests, the log and a dashboard.

#include <entmoot/base/clock.hpp>
#include <entmoot/otp/exit_reason.hpp>
#include <entmoot/otp/mailbox.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace entmoot {

enum class ChildState {
  running,
  starting,     ///< Its `start` is on the call stack.
  restarting,   ///< Its next start is due immediately.
  quarantined,  ///< It has exceeded its restart intensity; its next start waits for the back-off.
  ended,        ///< Not running, and will not be restarted (static supervisors only).
};

[[nodiscard]] constexpr std::string_view to_string(ChildState state) noexcept {
  switch (state) {
    case ChildState::running: return "running";
    case ChildState::starting: return "starting";
    case ChildState::restarting: return "restarting";
    case ChildState::quarantined: return "quarantined";
    case ChildState::ended: return "ended";
  }
  return "?";
}

/// One row of which_children().
struct ChildInfo {
  std::string id;
  ChildState state = ChildState::running;
  ActorRef ref = {};          ///< Empty unless the child is running.
  std::size_t failures = 0;   ///< Exits that required a restart, plus failed restarts.
  ExitReason last_exit = {};  ///< Reason of the last failure, if any.
  Duration time_left = {};    ///< Until the next start, for a child that waits for one.
};

/// count_children/1.
struct ChildCounts {
  std::size_t specs = 0;  ///< All.
  std::size_t active = 0;
  std::size_t restarting = 0;  ///< Including those that are starting.
  std::size_t quarantined = 0;

  friend bool operator==(const ChildCounts&, const ChildCounts&) = default;
};

}  // namespace entmoot
