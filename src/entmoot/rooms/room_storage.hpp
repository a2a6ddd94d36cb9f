// SPDX-License-Identifier: MIT

#pragma once

// What the durable rooms of a node share: their store, and the thread that compresses the states that are saved in it.
//
// Any thread. The store outlives it.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/worker.hpp>
#include <entmoot/store/store_writer.hpp>

#include <atomic>
#include <cstddef>

namespace entmoot {

class RoomStorage {
 public:
  explicit RoomStorage(StoreWriter& store) : store_(store) {}

  [[nodiscard]] StoreWriter& store() noexcept { return store_; }
  /// Runs a job that holds so many bytes on the thread, or here if too much waits for it.
  void encode(std::size_t bytes, UniqueFunction<void()> job);

 private:
  static constexpr std::size_t waiting_bytes_max = 64 * MiB;

  StoreWriter& store_;
  std::atomic<std::size_t> waiting_bytes_ = 0;
  Worker worker_{"images"};  // last: its jobs use the others
};

}  // namespace entmoot
