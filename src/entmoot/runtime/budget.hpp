// SPDX-License-Identifier: MIT

#pragma once

// What one room may use. Each limit has a default and a reason; docs list them for operators.

#include <entmoot/base/clock.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/otp/mailbox.hpp>

#include <chrono>
#include <cstddef>

namespace entmoot {

struct Budget {
  /// Past `soft` the turn ends with an out-of-memory error, at `hard` the room is dropped.
  js::HeapLimits heap = {};
  /// CPU time of one turn; at the end the room is dropped wherever it is. A chat turn takes microseconds.
  Duration turn_cpu = std::chrono::seconds(1);
  /// Of one core, on the average of some ten seconds (runtime/cpu_share.hpp); a room that has used it up waits. 1: no
  /// limit.
  double cpu_share = 0.5;
  /// From the start until the script's top level is done, what it awaits included.
  Duration start_timeout = std::chrono::seconds(5);
  /// Microtasks of one turn. More is a chain without an end.
  std::size_t microtasks_max = 1'000'000;
  /// Bytes that one turn may send into the world before it ends.
  std::size_t effects_bytes_max = 8 * MiB;
  /// Answers of handlers that wait for their turn have as many bytes once more; what is more is refused.
  MailboxLimits mailbox = {};
  /// Timers and Beam.calls that wait at the same time, and calls from outside whose promise is not settled.
  std::size_t timers_max = 1000;
  std::size_t handler_calls_max = 1000;
  std::size_t pending_calls_max = 10'000;
  /// How long a handler may take to answer (GenServer.call's default).
  Duration handler_timeout = std::chrono::seconds(5);
  /// Lines (console output, what was thrown, what nobody caught) that may be written to the log at once; as many again
  /// in ten seconds (runtime/log_allowance.hpp). The rest is counted.
  std::size_t log_lines_max = 100;
  /// Of an exception's message, as it goes to the caller; the rest is cut off. A message is a sentence, and it is sent
  /// although its turn has failed.
  std::size_t error_bytes_max = 1024;
  friend bool operator==(const Budget&, const Budget&) = default;
};

}  // namespace entmoot
