// SPDX-License-Identifier: MIT

#pragma once

// The resource limits of one room. Each limit has a default and a reason; docs/configuration.md lists them.

#include <entmoot/base/clock.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/otp/mailbox.hpp>

#include <chrono>
#include <cstddef>

namespace entmoot {

struct Budget {
  /// Beyond `soft` the turn ends with an out-of-memory error; at `hard` the room is dropped.
  js::HeapLimits heap = {};
  /// CPU time of one turn. A room that exceeds it is dropped. A chat turn takes microseconds.
  Duration turn_cpu = std::chrono::seconds(1);
  /// Fraction of one core, averaged over about ten seconds (runtime/cpu_share.hpp). A room that has used it up waits.
  /// 1: no limit.
  double cpu_share = 0.5;
  /// Time from the start until the script's top level has finished, including its top-level awaits.
  Duration start_timeout = std::chrono::seconds(5);
  /// Microtasks of one turn; the limit stops endless chains.
  std::size_t microtasks_max = 1'000'000;
  /// Bytes of output of one turn.
  std::size_t effects_bytes_max = 8 * MiB;
  /// Bytes of the broadcasts of one turn, each multiplied by its receivers. A broadcast beyond it throws.
  std::size_t fan_out_bytes_max = 256 * MiB;
  /// Everything that the server holds for the room outside its heap (base/memory_account.hpp). The limits of its parts,
  /// such as the mailbox's, apply in addition. What exceeds it is refused; output of a turn that exceeds it drops the
  /// room.
  std::size_t host_bytes_max = 32 * MiB;
  /// The mailbox. Handlers' answers that wait for their turn may use the same number of bytes in addition.
  MailboxLimits mailbox = {};
  /// Active timers.
  std::size_t timers_max = 1000;
  /// Beam.calls without an answer.
  std::size_t handler_calls_max = 1000;
  /// Calls from outside whose promise is not settled. Each takes some 4 KB of the heap, so these take a quarter of it.
  std::size_t pending_calls_max = 1000;
  /// How long a handler may take to answer (GenServer.call's default).
  Duration handler_timeout = std::chrono::seconds(5);
  /// Log lines (console output, exceptions, uncaught errors) in a burst; the allowance is refilled within ten seconds
  /// (base/log_allowance.hpp). Further lines are suppressed and counted.
  std::size_t log_lines_max = 100;
  /// Bytes of an exception's message that are sent to the caller; the rest is cut off. The message is sent although its
  /// turn has failed.
  std::size_t error_bytes_max = 1024;
  friend bool operator==(const Budget&, const Budget&) = default;
};

}  // namespace entmoot
