// SPDX-License-Identifier: MIT

#pragma once

// What the server holds for a durable script and the script refers to by number: its timers, its pending calls to
// handlers. It follows from the turns, like the heap: together they are the script's state.
//
// A value; times are UTC in milliseconds, because they outlive the process.

#include <entmoot/runtime/input.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

namespace entmoot {

struct ScriptState {
  struct Timer {
    std::int64_t period_ms = 0;
    bool repeat = false;
    std::int64_t due_ms = 0;
    friend bool operator==(const Timer&, const Timer&) = default;
  };

  std::int64_t began_ms = 0;  ///< Of the first turn: the origin of performance.now().
  std::int64_t now_ms = 0;    ///< Of the last turn.
  std::map<std::uint32_t, Timer> timers = {};
  std::uint32_t last_timer = 0;
  std::set<std::uint64_t> handler_calls = {};  ///< Beam.calls whose answer the script has not seen.
  std::uint64_t last_call = 0;                 ///< The last call from outside.

  /// A turn with this input begins.
  void take(const Input& input) {
    if (began_ms == 0) began_ms = now_ms;
    last_call = std::max(last_call, input.call());
    if (input.kind == js::Entry::Kind::settle) handler_calls.erase(input.id);
    if (input.kind != js::Entry::Kind::fire) return;
    const auto timer = timers.find(static_cast<std::uint32_t>(input.id));
    if (timer == timers.end()) return;
    if (!timer->second.repeat) {
      timers.erase(timer);
    } else {
      timer->second.due_ms = std::max(timer->second.due_ms + timer->second.period_ms, now_ms);
    }
  }

  friend bool operator==(const ScriptState&, const ScriptState&) = default;
};

}  // namespace entmoot
