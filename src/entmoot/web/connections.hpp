// SPDX-License-Identifier: MIT

#pragma once

// The connections of one shard: who owns them, and how they end.
//
// A connection that is over leaves the table and is destroyed by a task posted from there, never below its own feet.
// Draining. Those whose clients come back when they are told to leave go in batches with a pause between them, so that
// wherever they go next does not get them all at once; the rest (HTTP, connections that are closing) at once. A batch
// itself is spread over rounds of the loop.
//
// The scratch buffer is where every connection of the shard reads to, one after the other, so that only the one that is
// being read needs a buffer.

#include <entmoot/base/bytes.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/web/deadline.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace entmoot {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;
  /// Finish what is begun, tell the client, then leave.
  virtual void drain() = 0;
  /// Whether its client will come back at once when it is told to leave: then it is told in its turn.
  [[nodiscard]] virtual bool comes_back() const noexcept { return false; }
};

/// How connections are told to leave; Phoenix's words and figures (`drainer`).
struct DrainerOptions {
  std::size_t batch_size = 10'000;  ///< Of the endpoint; each shard takes its share.
  Duration batch_interval = std::chrono::seconds(2);
  Duration shutdown = std::chrono::seconds(30);  ///< What is left then is dropped.
};

class Connections {
 public:
  explicit Connections(Shard& shard) : shard_(shard), next_batch_(shard), drain_deadline_(shard) {}

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] std::span<char> scratch() noexcept { return scratch_; }
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] bool draining() const noexcept { return draining_; }

  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);

  /// Asks every connection, also those to come, to leave, `options.batch_size` of this shard at a time; calls `done`
  /// when all have, or drops what is left after `options.shutdown`. Once, and the object outlives its shard's tasks.
  void drain(const DrainerOptions& options, UniqueFunction<void()> done);
  /// Ends all at once.
  void drop_all();

 private:
  void start_batch();
  void drain_some();
  void report_if_empty();

  Shard& shard_;
  std::array<char, 64 * KiB> scratch_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> table_;
  bool draining_ = false;
  DrainerOptions drainer_;
  std::vector<std::weak_ptr<Connection>> waiting_;  // for their batch
  std::size_t batch_left_ = 0;
  Deadline next_batch_;
  UniqueFunction<void()> drained_;
  Deadline drain_deadline_;
};

}  // namespace entmoot
