// SPDX-License-Identifier: MIT

#pragma once

// The connections of one shard: who owns them, and how they end.
//
// A connection that is over leaves the table and is destroyed by a task posted from there, never below its own feet.
// The scratch buffer is where every connection of the shard reads to, one after the other, so that only the one that is
// being read needs a buffer.

#include <entmoot/base/bytes.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/web/deadline.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>

namespace entmoot {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;
  /// Finish what is begun, tell the client, then leave.
  virtual void drain() = 0;
};

class Connections {
 public:
  explicit Connections(Shard& shard) : shard_(shard), drain_deadline_(shard) {}

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] std::span<char> scratch() noexcept { return scratch_; }
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] bool draining() const noexcept { return draining_; }

  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);

  /// Asks every connection, also those to come, to leave; calls `done` when all have, or drops what is left after
  /// `patience`.
  void drain(Duration patience, UniqueFunction<void()> done);
  /// Ends all at once.
  void drop_all();

 private:
  void report_if_empty();

  Shard& shard_;
  std::array<char, 64 * KiB> scratch_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> table_;
  bool draining_ = false;
  UniqueFunction<void()> drained_;
  Deadline drain_deadline_;
};

}  // namespace entmoot
