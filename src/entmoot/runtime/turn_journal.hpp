// SPDX-License-Identifier: MIT

#pragma once

// Where the records of a durable server's turns are kept, in order. One object for each server that runs; the store
// behind it outlives the server (rooms/room_journal.hpp).
//
// Used on the server's shard. All callbacks run there, in later tasks, in the order of their requests; none runs after
// the journal's destruction.

#include <entmoot/base/error.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>

#include <optional>
#include <string>
#include <vector>

namespace entmoot {

class TurnJournal {
 public:
  using Records = std::vector<std::string>;

  virtual ~TurnJournal() = default;

  /// Reads the next of the records that exist; none: these were all.
  virtual void read_next(UniqueFunction<void(Result<Records>)> read) = 0;
  /// Appends a record; after the last read_next(). An Error means that neither this record nor a later one is kept.
  virtual void append(std::string record, UniqueFunction<void(Result<void>)> committed) = 0;
  /// Whether what depends on a record waits until it is committed. False: it is released at once, and the last records
  /// may be lost.
  [[nodiscard]] virtual bool holds_back() const noexcept = 0;
  /// Why nothing can be appended at present; nullopt: it can.
  [[nodiscard]] virtual std::optional<Error> refuses() const = 0;
};

}  // namespace entmoot
