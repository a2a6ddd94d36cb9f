// SPDX-License-Identifier: MIT

#pragma once

// An actor with a JavaScript heap: QuickBEAM.Runtime as a GenServer.
//
//   mailbox → message → turn (a fiber, in slices) → script → effects: answers, broadcasts, handler calls
//
// It runs one message at a time in a Turn. When the turn is done its effects are released in order, in slices and at
// the pace of their receivers (core/outflow.hpp), before the next turn; when it has failed (the script threw, or ran
// out of memory) they are dropped and the caller gets the error; when it was dropped the server exits with `crash` and
// its supervisor decides. A call that returned a promise is answered when the promise settles, in the turn that settles
// it; other messages are processed in between.
//
// A durable server records its turns (runtime/durable_turns.hpp). It begins by taking the recorded turns again; then
// its effects are released when the turn's record is committed, and further turns run meanwhile. A turn that would be
// dropped, or that leaves the heap too full, is not recorded: the server exits, and the next one has the state before
// it.
//
// Parts: DurableTurns, PendingCalls (calls without an answer yet), HandlerCalls (the script's own calls), RoomTimers,
// ScriptLog, CpuShare.
//
// Input: otp/mailbox (envelopes), answers of handlers, timers. Output: otp/reply_to and phoenix/pubsub (effects).
//
// Used on its shard, like every actor; others keep ref().

#include <entmoot/base/memory_account.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/cpu_share.hpp>
#include <entmoot/runtime/durable_turns.hpp>
#include <entmoot/runtime/handler_calls.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/runtime/pending_calls.hpp>
#include <entmoot/runtime/program.hpp>
#include <entmoot/runtime/recent_activity.hpp>
#include <entmoot/runtime/room_timers.hpp>
#include <entmoot/runtime/script_log.hpp>
#include <entmoot/runtime/secrets.hpp>
#include <entmoot/runtime/turn.hpp>
#include <entmoot/runtime/turn_journal.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// What a durable server that crashes leaves to the next one, which goes on from the state before the crash. The call
/// that has caused it is answered with the reason.
struct Unanswered {
  std::optional<Input> culprit = {};           ///< With which it has crashed; it is in no record.
  std::vector<Envelope> messages = {};         ///< That were not processed, in order.
  std::vector<PendingCalls::Open> calls = {};  ///< Whose promise is pending.
};

/// The options of a server (those of QuickBEAM.start/1).
struct JsServerOptions {
  std::string name;           ///< For the log: "chat:lobby".
  std::string noun = "room";  ///< Precedes the name in the log and in errors; may be empty.
  Program program;
  Handlers handlers = {};
  Budget budget = {};
  /// What the server holds outside the heap is charged to it; null: to an account of its own.
  std::shared_ptr<MemoryAccount> account = {};
  ScriptLog::Console console = {};  ///< Receives the script's console output; default: the log.
  Secrets secrets = {};             ///< Are masked in the log and in exceptions.
  bool number_errors = false;       ///< Exceptions get an Error::id, which the log shows.
  /// The journal of a durable server; null: the server is not durable.
  std::unique_ptr<TurnJournal> journal = {};
  /// Makes the first message after recorded turns were replayed. The default is none.
  std::function<Envelope()> recovered = {};
  /// The timers of a durable script do not go on: it is only looked at.
  bool stands_still = false;
  /// Receives what a durable server leaves, before it exits. The default answers them with the reason.
  std::function<void(Unanswered)> unanswered = {};
  std::vector<PendingCalls::Open> calls = {};  ///< Of the server before, if it is durable.
  /// Inputs that a durable script does not get, because they would end it again.
  std::vector<Input> set_aside = {};
  TurnCounters* counters = nullptr;    ///< Outlives the server; null: JsShard::turns.
  RecentActivity* activity = nullptr;  ///< Outlives the server; null: nothing is kept.
};

class JsServer final : public Actor, private js::Host, private HandlerCalls::Listener, private DurableTurns::Listener {
 public:
  /// Copies the program's heap and runs the script's top level as the first turn. Messages are processed after the top
  /// level has finished, which may be several turns later (a module with top-level await). `js` belongs to the shard
  /// and outlives this server. Throws std::bad_alloc if there is no address space for another heap.
  JsServer(Shard& shard, JsShard& js, JsServerOptions options);
  ~JsServer() override;

  struct Usage {
    std::size_t heap_bytes = 0;  ///< At the end of the last turn.
    std::size_t host_bytes = 0;  ///< Held outside the heap.
    std::size_t mailbox = 0;
    std::uint64_t turns = 0;
    Duration cpu{};
    std::uint64_t slices = 0;        ///< Slices that ended before their turn.
    std::uint64_t waits = 0;         ///< How often the CPU share was used up.
    std::uint64_t failed_turns = 0;  ///< Turns that threw, or exceeded the heap's soft limit.
    UncaughtCounts uncaught = {};
  };
  [[nodiscard]] Usage usage() const noexcept;

  /// Calls that wait for a promise to settle.
  [[nodiscard]] std::size_t calls_pending() const noexcept { return calls_.size(); }
  /// Saves the state of a durable server, if it is between two turns.
  void save();
  /// Whether all effects of past turns have been released.
  [[nodiscard]] bool has_released() const noexcept { return !releasing_ && (!durable_ || durable_->holds_nothing()); }
  /// Returns the memory that the script has freed to the system, unless a turn is in progress.
  void trim() noexcept;
  /// Skips the callbacks of setInterval while another actor may be about to replace this one; all else continues.
  void pause_intervals(bool paused) noexcept { timers_.pause_intervals(paused); }

 private:
  // Actor
  bool slice() override;
  void ended(const ExitReason& reason) override;

  // js::Host, on the fiber
  Slicer& slicer() noexcept override { return js_.slicer; }
  void answer(std::uint64_t call, Outcome outcome, js::Value value, std::string_view extra) override;
  bool post(std::string_view channel, std::string_view json) override;
  bool command(std::string_view name, std::span<const js::Value> operands) override;
  bool call(std::uint64_t id, std::string_view name, std::string_view args) override;
  Waited call_sync(std::string_view name, std::string_view args) override;
  Waited call_sync_result() override;
  [[nodiscard]] std::string_view result() const noexcept override { return result_; }
  std::uint32_t start_timer(double milliseconds, bool repeat) override;
  void stop_timer(std::uint32_t id) override;
  void log(log::Level level, std::string_view line) override { log_.console(level, options_.secrets.masked(line)); }
  double random() noexcept override { return js_.random.fraction(); }
  void random_bytes(std::span<std::uint8_t> bytes) noexcept override { js_.random.fill(bytes); }
  double uptime() noexcept override;
  double wall_clock() noexcept override;
  void report_error(Uncaught kind, std::string_view message, std::string_view stack) override {
    ++counters_.uncaught;
    log_.uncaught(kind, options_.secrets.masked(message), options_.secrets.masked(stack));
  }
  bool interrupt() noexcept override { return turn_->interrupt(); }

  // HandlerCalls::Listener
  void handler_answered(std::uint64_t id, Result<JsonText> result) override;
  void sync_answered() override;

  // DurableTurns::Listener
  void durable_work() override;
  void recovered() override;
  void journal_failed(const Error& why) override;

  /// Why the effects of a turn are dropped: an error, or the script's Refusal of the turn's message, which is no
  /// failure.
  struct Failure {
    Error error = {};
    std::optional<Answer> refusal = std::nullopt;
  };

  [[nodiscard]] bool is_recovering() const noexcept { return durable_ && !durable_->is_live(); }
  [[nodiscard]] bool has_input() const noexcept {
    if (is_recovering()) return durable_->has_next() || durable_->has_start();
    return !inner_.empty() || (started_ && !mailbox().empty());
  }
  void make_heap();
  void count_heap() noexcept;
  void count_turn(RecentActivity::Outcome outcome) noexcept;
  bool take_input();
  void take_timers_due_now();
  void start_inner(Input input);
  void start_call(Envelope envelope);
  void start_turn(Input input);
  [[nodiscard]] bool is_set_aside(const Input& input) const noexcept;
  void set_aside(const Input& input);
  [[nodiscard]] bool start_replay();
  void finish_replay();
  void commit_turn(std::optional<Failure> failure);
  void exit_when_released(ExitReason reason);
  void crash(ExitReason reason);
  [[nodiscard]] std::string before_this_turn() const;
  [[nodiscard]] bool is_short_of_memory(const Envelope& next) const noexcept;
  void wait_for_cpu(Duration debt);
  void finish_turn();
  [[nodiscard]] bool release(Effects& effects);
  [[nodiscard]] bool release_committed();
  void end_turn();
  void note(const Failure& failure);
  void fail_turn(const Failure& failure);
  [[nodiscard]] Error thrown(std::string_view message, std::string_view stack);
  [[nodiscard]] Failure declined(std::string_view response);
  static void answer_all(PendingCalls::Failed callers, const Failure& failure);
  void drop_turn();
  void await_start();
  void deliver(Input input);
  void charge_call(std::string_view name, std::string_view args) noexcept;
  [[nodiscard]] bool accepted(const Result<void>& result);

  JsShard& js_;
  JsServerOptions options_;

  // Released in ended().
  std::unique_ptr<js::Runtime> runtime_;
  std::unique_ptr<Turn> turn_;
  const TimePoint began_;
  RoomTimers timers_;
  PendingCalls calls_;
  HandlerCalls handler_calls_;
  ScriptLog log_;
  std::unique_ptr<DurableTurns> durable_;  // null: not durable
  std::optional<ExitReason> exit_;         // for which effects of turns before are waited
  std::optional<Input> crashed_by_;        // the input that has ended this server
  std::deque<Input> inner_;  // settled handler calls and due timers; bounded by how many of either may wait
  bool started_ = false;     // the script's top level has finished: messages are processed
  TimerId start_timeout_ = TimerId::none;
  std::size_t inner_first_ = 0;  // so many inner messages come before the next one of the mailbox
  bool inner_last_ = false;      // the last input was an inner message: inner and mailbox messages alternate

  // Of the current turn.
  std::optional<Failure> failure_;
  std::string result_;  // the result of the last host call

  std::shared_ptr<Outflow> outflow_;
  bool releasing_ = false;  // the turn has succeeded, and some of its effects are still held

  Usage used_;  // only its counters are used
  TurnCounters& counters_;
  std::size_t counted_heap_ = 0;  // in TurnCounters::heap_bytes
  CpuShare share_;
  TimePoint slice_began_{};        // of the current slice: allowances are computed for this time
  TimerId waits_ = TimerId::none;  // fires when CPU share is available again
};

}  // namespace entmoot
