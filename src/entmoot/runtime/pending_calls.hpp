// SPDX-License-Identifier: MIT

#pragma once

// The calls that a script has been given and has not answered yet. A call is answered once: by the script in some turn,
// by its deadline, or with the reason for which the turn or the server ended.
//
// An answer that the script gives is held until its turn has succeeded: resolve() notes it, send() lets it go among the
// turn's effects, fail_turn() replaces it by the turn's failure.
//
// Bound: `calls_max`; the server answers the next one `overloaded`. Belongs to its server's shard.

#include <entmoot/base/answer.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace entmoot {

class PendingCalls {
 public:
  PendingCalls(Shard& shard, std::size_t calls_max) : shard_(shard), calls_max_(calls_max) {}
  ~PendingCalls();
  PendingCalls(const PendingCalls&) = delete;
  PendingCalls& operator=(const PendingCalls&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
  [[nodiscard]] bool full() const noexcept { return calls_.size() >= calls_max_; }

  /// The number of the new call, from 1. Only when not full().
  [[nodiscard]] std::uint64_t begin(ReplyTo reply, TimePoint deadline);
  /// Whether the call is still to be answered: not timed out, not resolved.
  [[nodiscard]] bool is_open(std::uint64_t call) const;
  /// Notes the answer of an open call.
  void resolve(std::uint64_t call, Result<Answer> answer);
  /// Sends a noted answer.
  void send(std::uint64_t call);
  /// The call's turn is over and its promise is not settled: from now on its deadline counts.
  void await(std::uint64_t call);
  /// Answers `own` (0: none) and every noted call with `failure`.
  void fail_turn(std::uint64_t own, const Error& failure);
  /// Answers every call with `reason`.
  void fail_all(const Error& reason);

 private:
  struct Call {
    ReplyTo reply;
    TimePoint deadline;
    TimerId timeout = TimerId::none;
    std::optional<Result<Answer>> answer = std::nullopt;
  };

  Shard& shard_;
  const std::size_t calls_max_;
  std::unordered_map<std::uint64_t, Call> calls_;
  std::uint64_t last_call_ = 0;
};

}  // namespace entmoot
