// SPDX-License-Identifier: MIT

#pragma once

// The connections of one shard: their owner, and how they end.
//
// A connection that has ended leaves the table and is destroyed by a task posted from there, so never within its own
// member functions.
//
// Draining. Connections whose clients reconnect at once are closed in batches with a pause between them, so that the
// servers they reconnect to do not get all of them together; the rest (HTTP, connections that are closing) are closed
// immediately. A batch itself is spread over rounds of the loop.
//
// The scratch buffer: all connections of the shard read into it, one after another, so a connection needs no read
// buffer of its own.

#include <entmoot/base/bytes.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/web_counters.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;
  /// Completes the response in progress, notifies the client, then ends the connection.
  virtual void drain() = 0;
  /// Whether the client is expected to reconnect as soon as it is closed: then drain() is called in a batch.
  [[nodiscard]] virtual bool reconnects() const noexcept { return false; }

 protected:
  /// Destroys `object` in a task of its own, because one of its functions may be running, and keeps this connection
  /// until then, because the object may refer to it.
  template <class T>
  void destroy_later(Shard& shard, std::unique_ptr<T> object) {
    if (!object) return;
    struct Released {
      std::shared_ptr<Connection> connection;
      std::unique_ptr<T> object;  // destroyed first
    };
    shard.post([released = Released{shared_from_this(), std::move(object)}] {});
  }
};

/// The pace of draining; names and defaults are those of Phoenix's `drainer`, except for `over`.
struct DrainerOptions {
  std::size_t batch_size = 10'000;  ///< For the whole endpoint; divided among the shards.
  Duration batch_interval = std::chrono::seconds(2);
  /// The clients are spread over this time: batches are so much smaller than `batch_size` that the last one comes at
  /// its end. A few clients are one batch all the same. Zero: each batch has `batch_size`.
  Duration over = {};
  Duration shutdown = std::chrono::seconds(30);  ///< Connections left after this time are dropped.
};

class Connections {
 public:
  explicit Connections(Shard& shard) : shard_(shard), next_batch_(shard), drain_deadline_(shard) {}

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] std::span<char> scratch() noexcept { return scratch_; }
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] WebCounters& counters() noexcept { return counters_; }

  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);

  /// Drains every connection, including ones added later, `options.batch_size` of this shard at a time. Calls `done`
  /// when all have ended, or drops the rest after `options.shutdown`. Called once; the object outlives its shard's
  /// tasks.
  void drain(const DrainerOptions& options, UniqueFunction<void()> done);
  /// Ends all connections immediately.
  void drop_all();

 private:
  void start_batch();
  void drain_some();
  void report_if_empty();

  Shard& shard_;
  std::array<char, 64 * KiB> scratch_;
  WebCounters counters_;  // before the table: connections count when they end
  std::unordered_map<Connection*, std::shared_ptr<Connection>> table_;
  bool draining_ = false;
  DrainerOptions drainer_;
  std::vector<std::weak_ptr<Connection>> waiting_;  // for their batch to be drained
  std::size_t batch_left_ = 0;
  Deadline next_batch_;
  UniqueFunction<void()> drained_;
  Deadline drain_deadline_;
};

}  // namespace entmoot
