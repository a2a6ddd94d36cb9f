// SPDX-License-Identifier: MIT

#pragma once

// A script's pending calls to the server's handlers: any number of Beam.calls, and at most one Beam.callSync. Each is
// answered once: by its handler or by its timeout, whichever comes first.
//
//   Beam.call      the answer is passed to the listener, which delivers it to the script in a later turn
//   Beam.callSync  the turn waits until sync_result() returns the answer
//
// Bounds: `handler_calls_max` Beam.calls whose answer has not been delivered; their answers, errors included, may use
// as many bytes as the mailbox, and one that does not fit is replaced by the error `overloaded`. An error is cut to
// `error_bytes_max`, because its text may contain what the script has passed. The arguments of a call, and then its
// answer, are held on the room's memory account.
//
// Used on its server's shard; the functions that run a handler are called on the fiber of the turn.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/handlers.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

class HandlerCalls {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Beam.call number `id` has been answered with `result`. The listener calls taken() when it delivers the answer.
    virtual void handler_answered(std::uint64_t id, Result<JsonText> result) = 0;
    /// sync_result() has the answer.
    virtual void sync_answered() = 0;
  };

  /// All arguments outlive this object.
  HandlerCalls(Shard& shard, const Handlers& handlers, const Budget& budget, std::shared_ptr<MemoryAccount> account,
               Listener& listener)
      : shard_(shard), handlers_(handlers), budget_(budget), listener_(listener), held_(std::move(account)) {}
  ~HandlerCalls() { end(); }
  HandlerCalls(const HandlerCalls&) = delete;
  HandlerCalls& operator=(const HandlerCalls&) = delete;

  /// Runs the handler of a Beam.call. An Error means that the call was rejected and will not be answered.
  [[nodiscard]] Result<void> call(std::uint64_t id, std::string_view name, std::string_view args);
  /// An answer of that many bytes is being delivered to the script.
  void taken(std::size_t bytes) noexcept;

  /// Runs the handler of a Beam.callSync. sync_result() returns its answer.
  void call_sync(std::string_view name, std::string_view args);
  /// Takes the answer of the pending Beam.callSync; nullopt while there is none.
  [[nodiscard]] std::optional<Result<JsonText>> sync_result();

  // --- of a durable server (runtime/durable_turns.hpp)

  /// From now on a handler that answers later is started when its turn's effects are released; one that has to wait for
  /// that in a turn that fails is answered with an error.
  void hold_back() noexcept { holds_back_ = true; }
  /// The turn has ended; `failed`: its effects are dropped.
  void end_turn(bool failed);
  /// Beam.call number `id` was pending when the process ended.
  void lost(std::uint64_t id);

  /// Called when the server ends: later answers are ignored.
  void end() noexcept;

 private:
  struct Unstarted {
    std::uint64_t id;
    std::size_t held;
  };
  struct SyncCall {
    std::uint64_t id = 0;  // 0: none
    std::optional<Result<JsonText>> answer = std::nullopt;
    TimerId timeout = TimerId::none;
  };
  /// Runs a handler. Returns its answer, or nullopt if it answers later, through the ReplyTo that `reply` makes.
  [[nodiscard]] std::optional<Result<JsonText>> run(std::string_view name, std::string_view args,
                                                    UniqueFunction<ReplyTo()> reply);
  void start(std::uint64_t id, std::string_view name, std::string_view args, std::size_t held);
  [[nodiscard]] Result<JsonText> shortened(Result<JsonText> result) const;
  void settle(std::uint64_t id, Result<JsonText> result);
  void settle_sync(std::uint64_t id, Result<JsonText> result);

  Shard& shard_;
  const Handlers& handlers_;
  const Budget& budget_;
  Listener& listener_;

  MemoryCharge held_;              // arguments and answers
  std::size_t calls_ = 0;          // Beam.calls whose answer has not been delivered
  std::size_t answers_bytes_ = 0;  // of the answers and errors that wait for their turn
  bool holds_back_ = false;
  std::vector<Unstarted> unstarted_;  // of this turn
  SyncCall sync_;
  std::uint64_t last_sync_ = 0;
  WeakThis<HandlerCalls> self_{this};
};

}  // namespace entmoot
