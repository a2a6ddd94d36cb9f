// SPDX-License-Identifier: MIT

#pragma once

// What a script has asked of the server's handlers: any number of Beam.calls, and at most one Beam.callSync. Each is
// answered once: by its handler or by its timeout, whichever comes first.
//
//   Beam.call      the answer is handed to the listener, which gives it to the script in a later turn
//   Beam.callSync  the answer is fetched by sync_result(); until then the turn waits
//
// Bounds: `handler_calls_max` Beam.calls whose answer the script has not been given; their answers have as many bytes
// as the mailbox, and an answer that does not fit is replaced by the error `overloaded`.
//
// Belongs to its server's shard; the functions that run a handler are called on the fiber of its turn.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/handlers.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace entmoot {

class HandlerCalls {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Beam.call number `id` has come to `result`. The listener calls taken() when the script is given it.
    virtual void handler_answered(std::uint64_t id, Result<JsonText> result) = 0;
    /// sync_result() has something now.
    virtual void sync_answered() = 0;
  };

  /// All outlive it.
  HandlerCalls(Shard& shard, const Handlers& handlers, const Budget& budget, Listener& listener)
      : shard_(shard), handlers_(handlers), budget_(budget), listener_(listener) {}
  ~HandlerCalls() { end(); }
  HandlerCalls(const HandlerCalls&) = delete;
  HandlerCalls& operator=(const HandlerCalls&) = delete;

  /// Runs the handler of a Beam.call. An error: refused, there is nothing to wait for.
  [[nodiscard]] Result<void> call(std::uint64_t id, std::string_view name, std::string_view args);
  /// The script is about to be given an answer of that many bytes.
  void taken(std::size_t bytes) noexcept;

  /// Runs the handler of a Beam.callSync. Its answer, if it is there already: sync_result().
  void call_sync(std::string_view name, std::string_view args);
  /// The answer of the Beam.callSync under way, once; nothing as long as it is to come.
  [[nodiscard]] std::optional<Result<JsonText>> sync_result();

  /// The server ends: whatever comes later goes nowhere.
  void end() noexcept;

 private:
  struct SyncCall {
    std::uint64_t id = 0;  // 0: none
    std::optional<Result<JsonText>> answer = std::nullopt;
    TimerId timeout = TimerId::none;
  };
  /// A handler's answer; nothing if it comes later, to the ReplyTo that `reply` makes.
  [[nodiscard]] std::optional<Result<JsonText>> run(std::string_view name, std::string_view args,
                                                    UniqueFunction<ReplyTo()> reply);
  void settle(std::uint64_t id, Result<JsonText> result);
  void settle_sync(std::uint64_t id, Result<JsonText> result);

  Shard& shard_;
  const Handlers& handlers_;
  const Budget& budget_;
  Listener& listener_;

  std::size_t calls_ = 0;          // Beam.calls whose answer the script has not been given
  std::size_t answers_bytes_ = 0;  // of those answers that wait for their turn
  SyncCall sync_;
  std::uint64_t last_sync_ = 0;
  WeakThis<HandlerCalls> self_{this};
};

}  // namespace entmoot
