// SPDX-License-Identifier: MIT

#pragma once

// Where the records of a durable server's turns are kept, in order, and now and then its state. One object for each
// server that runs; the store behind it outlives the server (rooms/room_journal.hpp).
//
//   saved()        what there is to start from
//   begin_after()  chooses
//   read_next()    the records after it, until there are no more
//   append(), save()
//
// Used on the server's shard. All callbacks run there, in later tasks, in the order of their requests; none runs after
// the journal's destruction.

#include <entmoot/base/error.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/runtime/turn_observer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace entmoot {

/// The state of a script after its turn number `turns`.
struct SavedState {
  std::uint64_t turns = 0;
  /// SavedScript's. Empty: with the next turn the script is started anew, from its program.
  std::string bytes = {};
  /// The observer's at a start; elsewhere it is part of `bytes`.
  std::string observed = {};
};

class TurnJournal {
 public:
  using Records = std::vector<std::string>;

  virtual ~TurnJournal() = default;

  /// The states from which the script can go on, the newest first; the last one is where it was started.
  virtual void saved(UniqueFunction<void(Result<std::vector<SavedState>>)> read) = 0;
  /// Turns up to this number are not read.
  virtual void begin_after(std::uint64_t turns) = 0;
  /// Reads the next of the records that exist; none: these were all.
  virtual void read_next(UniqueFunction<void(Result<Records>)> read) = 0;

  /// Appends a record; after the last read_next(). An Error means that neither this record nor a later one is kept.
  virtual void append(std::string record, UniqueFunction<void(Result<void>)> committed) = 0;
  /// Saves the state after the last record that was appended. `encode` makes SavedState::bytes, on any thread; `bytes`
  /// is what it holds. Without a guarantee: the records are the truth.
  virtual void save(std::size_t bytes, UniqueFunction<std::string()> encode) = 0;
  /// Whether what depends on a record waits until it is committed. False: it is released at once, and the last records
  /// may be lost.
  [[nodiscard]] virtual bool holds_back() const noexcept = 0;
  /// Why nothing can be appended at present; nullopt: it can.
  [[nodiscard]] virtual std::optional<Error> refuses() const = 0;
  /// Sees the turns; null: nobody does.
  [[nodiscard]] virtual TurnObserver* observer() noexcept { return nullptr; }
  /// Of the slots for heaps (js/durable_slots.hpp), the one to try first. The same in every process.
  [[nodiscard]] virtual std::uint32_t slot() const noexcept = 0;
};

}  // namespace entmoot
