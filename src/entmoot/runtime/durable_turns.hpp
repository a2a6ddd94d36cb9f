// SPDX-License-Identifier: MIT

#pragma once

// What makes a JsServer durable: every turn has a record in a journal, and a new server takes the recorded turns again
// before anything else.
//
//   Starting    the states that were saved are read; make_runtime() begins with the newest that can be loaded
//   Reading     the turns after it are read, a part at a time; the turns of the part before are replayed meanwhile
//   Live        turns are recorded; what they cause is held until their record is committed. Now and then the state is
//               saved, so that a later recovery has little to replay
//   Failed      the journal cannot be read, or a turn did not do again what it did: the server exits
//
// The turns of one server are pipelined: while records are on their way to the disk, further turns run, and their
// effects queue behind those of the turns before. The queue is bounded by turns and bytes; a full one stops the server
// until the next commit.
//
// Used on its server's shard.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/error.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/random_source.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/js/region.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/runtime/program.hpp>
#include <entmoot/runtime/recorded_host.hpp>
#include <entmoot/runtime/turn_journal.hpp>
#include <entmoot/runtime/turn_record.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace entmoot {

class DurableTurns {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// make_runtime() can be called, next() has a turn to replay, or effects may be released.
    virtual void durable_work() = 0;
    /// All recorded turns have been replayed.
    virtual void recovered() = 0;
    /// The journal has failed: no further turn can be kept.
    virtual void journal_failed(const Error& why) = 0;
  };

  /// All outlive it. `live` is the host behind host().
  DurableTurns(TurnJournal& journal, js::Host& live, RandomSource& entropy, Listener& listener);
  DurableTurns(const DurableTurns&) = delete;
  DurableTurns& operator=(const DurableTurns&) = delete;

  /// The host of the script.
  [[nodiscard]] js::Host& host() noexcept { return host_; }
  [[nodiscard]] const ScriptState& script_state() const noexcept { return host_.state(); }
  [[nodiscard]] bool is_live() const noexcept { return live_; }
  /// How many turns the journal has.
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }
  /// Why no further turn can be recorded at present.
  [[nodiscard]] std::optional<Error> refuses() const { return journal_.refuses(); }

  // --- until it is live

  /// Starts to read the journal.
  void recover();
  [[nodiscard]] bool has_start() const noexcept { return saved_.has_value(); }
  /// The heap to begin with: one that was saved, or a new one. Only if has_start().
  [[nodiscard]] std::unique_ptr<js::Runtime> make_runtime(js::RegionArena& arena, const Program& program,
                                                          js::HeapLimits limits);
  /// Whether that heap is one in which the script has run.
  [[nodiscard]] bool is_continued() const noexcept { return host_.state().began_ms != 0; }
  [[nodiscard]] bool has_next() const noexcept { return !unread_.empty(); }
  /// The input of the next turn to replay, which begins now; nullopt: it was set aside. Only if has_next().
  [[nodiscard]] Result<std::optional<Input>> next();
  /// That turn has ended. An Error: it has not done what it did.
  [[nodiscard]] Result<void> replayed();

  // --- live

  /// A turn begins.
  void begin(const Input& input, std::int64_t now_ms) { host_.begin(input, now_ms); }
  /// It has ended: appends its record, and holds `effects`. `held` is what is charged for them.
  void commit(const Input& input, Effects effects, MemoryCharge held);
  /// Records an input that the script does not get. Between two turns.
  void set_aside(const Input& input, std::int64_t now_ms);
  /// Saves the state if what it would take to replay is worth it. Between two turns.
  void save_if_due(const js::Runtime& runtime, const Program& program, Duration turn_cpu);
  /// Saves the state, if there were turns since the last time. Between two turns.
  void save(const js::Runtime& runtime, const Program& program);
  /// The effects that can be released next; null: none.
  [[nodiscard]] Effects* released() noexcept;
  [[nodiscard]] bool holds_nothing() const noexcept { return held_.empty(); }
  [[nodiscard]] bool is_full() const noexcept { return held_.size() >= turns_max || held_bytes_ >= bytes_max; }

 private:
  // So that one commit can have the turns that arrive during the commit before it.
  static constexpr std::size_t turns_max = 256;
  static constexpr std::size_t bytes_max = std::size_t{1} << 20;
  // The state is saved when the turns since took so much CPU time, or when their records have so many bytes, besides
  // those of a state; the first time early, because most rooms are short.
  static constexpr Duration save_after_cpu = std::chrono::milliseconds(100);
  static constexpr std::size_t save_after_bytes = std::size_t{256} << 10;
  static constexpr std::size_t first_save_after_bytes = std::size_t{16} << 10;
  // Slots that are tried for a new heap.
  static constexpr std::uint32_t slots_tried = 16;
  // Read ahead while turns are replayed.
  static constexpr std::size_t ahead_min = 64;

  struct Held {
    bool committed;
    Effects effects;
    MemoryCharge charge;
    std::size_t bytes;
  };

  [[nodiscard]] std::unique_ptr<js::Runtime> new_runtime(js::RegionArena& arena, const Program& program,
                                                         js::HeapLimits limits);
  void read();
  void note_end();
  void record(const Input& input, const TurnFacts& facts, Effects effects, MemoryCharge held);
  void committed();

  TurnJournal& journal_;
  Listener& listener_;
  RecordedHost host_;

  std::optional<std::vector<SavedState>> saved_;  // until make_runtime()
  bool live_ = false;
  bool reading_ = false;
  bool all_read_ = false;
  std::deque<std::string> unread_;     // records that have not been replayed
  std::optional<TurnRecord> current_;  // that is being replayed
  std::uint64_t turns_ = 0;

  std::deque<Held> held_;
  std::size_t held_bytes_ = 0;
  std::size_t committed_ = 0;  // of held_, at its front

  bool in_slot_ = false;  // the heap, which can be saved therefore
  std::uint64_t saved_turns_ = 0;
  std::size_t saved_bytes_ = 0;  // of the heap that was saved last; 0: none was
  // Since then.
  Duration cpu_{};
  std::size_t bytes_ = 0;
  WeakThis<DurableTurns> self_{this};
};

}  // namespace entmoot
