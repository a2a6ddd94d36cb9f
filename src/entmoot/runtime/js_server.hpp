// SPDX-License-Identifier: MIT

#pragma once

// An actor with a JavaScript heap: QuickBEAM.Runtime as a GenServer. A room is one of these.
//
//   mailbox → message → turn (a fiber, in slices) → script → effects: answers, broadcasts, handler calls
//
// It takes one message at a time through a Turn. When the turn is done its effects are released in order; when it
// failed (the script threw, or ran out of memory) they are dropped and the caller is told; when it was dropped the
// whole server exits with `crash` and its supervisor takes over. A promise that a call returned is answered when it
// settles, in the turn that settles it; meanwhile other messages are taken.
//
// From: otp/mailbox (envelopes), the room's handlers and timers.  To: js/runtime (the script), otp/reply_to and
// phoenix/pubsub (effects).
//
// Belongs to its shard like every actor; ref() is what others keep.

#include <entmoot/js/host.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/cpu_share.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/runtime/log_allowance.hpp>
#include <entmoot/runtime/program.hpp>
#include <entmoot/runtime/room_timers.hpp>
#include <entmoot/runtime/turn.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

namespace entmoot {

/// What a server is made of (QuickBEAM.start/1's options).
struct JsServerOptions {
  std::string name;  ///< For the log.
  Program program;
  Handlers handlers = {};
  Budget budget = {};
};

class JsServer final : public Actor, private js::Host {
 public:
  /// Copies the program's heap and runs the script's top level as the first turn; mail is taken when that has come to
  /// its end, which may be some turns later (a module that awaits). `js` is the shard's and outlives it.
  /// Throws std::bad_alloc when there is no address space for another heap.
  JsServer(Shard& shard, JsShard& js, JsServerOptions options);
  ~JsServer() override;

  struct Usage {
    std::size_t heap_bytes = 0;
    std::size_t mailbox = 0;
    std::uint64_t turns = 0;
    Duration cpu{};
    std::uint64_t slices = 0;        ///< That were over before their turn was.
    std::uint64_t waits = 0;         ///< How often it had used up its share of the CPU.
    std::uint64_t failed_turns = 0;  ///< Which threw, or passed the heap's soft limit.
    /// What the script did not catch where nobody waited for an answer.
    std::uint64_t timer_exceptions = 0;
    std::uint64_t listener_exceptions = 0;
    std::uint64_t microtask_exceptions = 0;
    std::uint64_t unhandled_rejections = 0;
  };
  [[nodiscard]] Usage usage() const noexcept;

  /// Calls that were taken and are not answered yet: they wait for a promise.
  [[nodiscard]] std::size_t calls_pending() const noexcept { return calls_.size(); }
  /// While another actor may be about to take over: setInterval's callbacks are left out, everything else goes on.
  void pause_intervals(bool paused) noexcept { timers_.pause_intervals(paused); }

 private:
  // A call from outside whose answer is still to come.
  struct PendingCall {
    ReplyTo reply;
    TimePoint deadline;
    TimerId timeout = TimerId::none;
    std::optional<Result<JsonText>> answer = std::nullopt;  // known, and goes out with the turn's effects
  };
  // A Beam.callSync under way.
  struct SyncCall {
    std::uint64_t id = 0;  // 0: none
    std::optional<Result<JsonText>> answer = std::nullopt;
    TimerId timeout = TimerId::none;
  };

  // Actor
  bool slice() override;
  void ended(const ExitReason& reason) override;

  // js::Host, on the fiber
  Slicer& slicer() noexcept override { return js_.slicer; }
  void answer(std::uint64_t call, bool ok, std::string_view json_or_message, std::string_view stack) override;
  bool post(std::string_view channel, std::string_view json) override;
  bool emit(std::string_view operation, std::string_view target, std::string_view name,
            std::string_view payload) override;
  bool call(std::uint64_t id, std::string_view name, std::string_view args) override;
  Waited call_sync(std::string_view name, std::string_view args) override;
  Waited call_sync_result() override;
  [[nodiscard]] std::string_view result() const noexcept override { return result_; }
  std::uint32_t start_timer(double milliseconds, bool repeat) override;
  void stop_timer(std::uint32_t id) override;
  void log(int level, std::string_view line) override;
  double random() noexcept override { return js_.random.fraction(); }
  void random_bytes(std::span<std::uint8_t> bytes) noexcept override { js_.random.fill(bytes); }
  double uptime() noexcept override;
  void report_error(Uncaught kind, std::string_view message, std::string_view stack) override;
  bool interrupt() noexcept override { return turn_->interrupt(); }

  bool take_message();
  void await_start();
  bool has_to_wait();
  void finish_turn();
  void fail_turn(const Error& failure);
  void send_answer(std::uint64_t call);
  void await_promise(std::uint64_t call);
  void deliver(Input input);
  /// Runs a handler: its answer, or nothing if it comes later through `reply`.
  std::optional<Result<JsonText>> run_handler(std::string_view name, std::string_view args,
                                              UniqueFunction<ReplyTo()> reply);
  ReplyTo reply_to_self(UniqueFunction<void(JsServer&, Result<JsonText>)> then);

  JsShard& js_;
  const JsServerOptions options_;
  std::shared_ptr<JsServer*> self_;  // posted answers look here whether the server still lives

  // Let go of in ended().
  std::unique_ptr<js::Runtime> runtime_;
  std::unique_ptr<Turn> turn_;
  const TimePoint began_;
  RoomTimers timers_;
  std::deque<Input> inner_;  // settled handler calls and due timers; bounded by how many of either may wait
  bool started_ = false;     // the script's top level has come to its end: mail is taken
  TimerId start_timeout_ = TimerId::none;
  bool inner_last_ = false;  // who was served last: inner messages and mail take turns
  std::unordered_map<std::uint64_t, PendingCall> calls_;
  std::uint64_t last_call_ = 0;

  // Of the turn under way.
  std::optional<Error> failure_;  // the script's answer to this turn's call is an error: nothing else gets out
  SyncCall sync_;
  std::uint64_t last_sync_ = 0;
  std::size_t handler_calls_ = 0;  // Beam.calls whose answer the script has not been given yet
  std::size_t answers_bytes_ = 0;  // of those answers that wait for their turn
  std::string result_;             // what the engine is handed after a host call

  // Made when the script first asks: a seed from the system costs as much as the rest of a room's start.
  Usage used_;  // the counters of it
  CpuShare share_;
  LogAllowance log_lines_;
  TimePoint slice_began_{};        // of the slice under way: its allowances are reckoned from there
  TimerId waits_ = TimerId::none;  // until there is CPU time again
};

}  // namespace entmoot
