// SPDX-License-Identifier: MIT

#pragma once

// The calls that a script has received and not answered yet. A call is answered once: by the script, by its deadline,
// or with the error with which the turn or the server ended.
//
// The script's answer is held until its turn has succeeded: resolve() stores it, send() sends it as one of the turn's
// effects, fail_turn() replaces it by the turn's failure.
//
// Bound: `calls_max`; the server answers further calls `overloaded`. Used on its server's shard.

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
  /// Whether the call has no answer yet: it is not timed out and not resolved.
  [[nodiscard]] bool is_open(std::uint64_t call) const;
  /// Stores the answer of an open call.
  void resolve(std::uint64_t call, Result<Answer> answer);
  /// Sends a stored answer.
  void send(std::uint64_t call);
  /// Starts the deadline timer of a call whose turn is over and whose promise is not settled.
  void await(std::uint64_t call);
  /// Answers `own` (0: none) and every call with a stored answer with `failure`.
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
