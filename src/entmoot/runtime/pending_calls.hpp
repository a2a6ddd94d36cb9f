// SPDX-License-Identifier: MIT

#pragma once

// The calls that a script has received and not answered yet. A call is answered once: by the script, by its deadline,
// or with the error with which the turn or the server ended.
//
// The script's answer is held until its turn has succeeded: resolve() stores it, send() sends it as one of the turn's
// effects, take_failed() gives it up for the turn's failure.
//
// Bounds: `calls_max`, of which one client may wait for a quarter, so that it cannot keep the others out; and the
// memory account. The server answers further calls `overloaded`. Used on its server's shard.

#include <entmoot/base/answer.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot {

class PendingCalls {
 public:
  PendingCalls(Shard& shard, std::size_t calls_max, std::shared_ptr<MemoryAccount> account)
      : shard_(shard), calls_max_(calls_max), account_(std::move(account)) {}
  ~PendingCalls();
  PendingCalls(const PendingCalls&) = delete;
  PendingCalls& operator=(const PendingCalls&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
  [[nodiscard]] bool full() const noexcept {
    return calls_.size() >= calls_max_ || !account_->has_room_for(call_bytes);
  }

  /// Whether so many calls of this client (Envelope::sender) wait for a promise that no further one is accepted.
  [[nodiscard]] bool has_too_many(std::uint64_t sender) const {
    if (sender == 0 || waiting_.empty() || calls_max_ < 16) return false;
    const auto found = waiting_.find(sender);
    return found != waiting_.end() && found->second >= calls_max_ / 4;
  }
  /// The number of the new call, from 1. Only when not full().
  [[nodiscard]] std::uint64_t begin(ReplyTo reply, TimePoint deadline, std::uint64_t sender);
  /// Whether the call has no answer yet: it is not timed out and not resolved.
  [[nodiscard]] bool is_open(std::uint64_t call) const;
  /// Stores the answer of an open call.
  void resolve(std::uint64_t call, Result<Answer> answer);
  /// Sends a stored answer.
  void send(std::uint64_t call);
  /// The turn of `call` (0: none) is over. Starts the call's deadline timer if its promise is not settled.
  void end_turn(std::uint64_t call);
  /// The callers of a turn that has failed.
  struct Failed {
    ReplyTo own = {};                  ///< Whose message the turn was about.
    std::vector<ReplyTo> others = {};  ///< Whose answers were stored in it.
  };
  /// Removes `own` (0: none) and every call with a stored answer of this turn; the caller answers them.
  [[nodiscard]] Failed take_failed(std::uint64_t own);
  /// A call without an answer, of an earlier server of the same script.
  struct Open {
    std::uint64_t call = 0;
    ReplyTo reply = {};
    TimePoint deadline = TimePoint::max();
    std::uint64_t sender = 0;
  };
  /// Removes all calls without a stored answer, except `own`.
  [[nodiscard]] std::vector<Open> take_open(std::uint64_t own);
  /// They wait for their promise here.
  void adopt(std::vector<Open> calls);
  /// The next call gets a number after this one.
  void continue_after(std::uint64_t last_call) noexcept { last_call_ = std::max(last_call_, last_call); }
  /// Answers every call with `reason`.
  void fail_all(const Error& reason);

 private:
  /// Held for each call: its entry here, its timer, and the caller's end.
  static constexpr std::size_t call_bytes = 512;
  struct Call {
    ReplyTo reply;
    TimePoint deadline;
    MemoryCharge held;
    std::uint64_t sender;
    bool waits = false;  ///< Its turn is over: it waits for a promise.
    TimerId timeout = TimerId::none;
    std::optional<Result<Answer>> answer = std::nullopt;
  };

  void wait(std::uint64_t call, Call& waiting);
  void forget(const Call& call);

  Shard& shard_;
  const std::size_t calls_max_;
  const std::shared_ptr<MemoryAccount> account_;
  std::unordered_map<std::uint64_t, Call> calls_;
  std::unordered_map<std::uint64_t, std::size_t> waiting_;  // calls that wait, by sender
  std::vector<std::uint64_t> resolved_;                     // in this turn
  std::uint64_t last_call_ = 0;
};

}  // namespace entmoot
