// SPDX-License-Identifier: MIT

#pragma once

// The output of an actor that other parts of the node have not processed yet: broadcasts on their way to subscribers,
// on any shard. An actor whose outflow is full releases nothing more until half of it has been processed, and so runs
// no further turn either. This bounds what it can have queued, and sets its pace to that of the slowest shard.
//
// Parts that process the output charge its CPU time to the actor that has caused it.
//
// Shared by the actor and its output in flight. Functions are for any thread, except those of the actor's side.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/unique_function.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace entmoot {

class Outflow {
 public:
  /// Bytes in flight at which the outflow is full. An output that exceeds them alone is sent when nothing is in flight.
  static constexpr std::size_t full_at = 128 * 1024;
  /// Counts in addition to an output's bytes.
  static constexpr std::size_t item_bytes = 256;

  /// `drained` is called on any thread, once after each wait().
  explicit Outflow(UniqueFunction<void()> drained) : drained_(std::move(drained)) {}
  Outflow(const Outflow&) = delete;
  Outflow& operator=(const Outflow&) = delete;

  /// CPU time that the output took, or an estimate.
  void charge(Duration cpu) noexcept { charged_.fetch_add(cpu.count(), std::memory_order_relaxed); }

  // --- on the actor's shard

  [[nodiscard]] bool full() const noexcept { return in_flight_.load() >= full_at; }
  /// If the outflow is full: calls `drained` when half of it has been processed, and returns true.
  [[nodiscard]] bool wait() noexcept {
    if (!full()) return false;
    waiting_.store(true);
    return full() || !waiting_.exchange(false);  // drained meanwhile: whoever clears the flag decides
  }
  [[nodiscard]] Duration take_charges() noexcept {
    if (charged_.load(std::memory_order_relaxed) == 0) return {};
    return Duration(charged_.exchange(0, std::memory_order_relaxed));
  }

  /// One output in flight, from its construction to its destruction.
  class Item {
   public:
    Item() = default;
    Item(std::shared_ptr<Outflow> outflow, std::size_t bytes)
        : outflow_(std::move(outflow)), bytes_(bytes + item_bytes) {
      outflow_->in_flight_.fetch_add(bytes_);
    }
    Item(Item&&) noexcept = default;
    Item& operator=(Item&& other) noexcept {
      std::swap(outflow_, other.outflow_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Item() {
      if (outflow_) outflow_->processed(bytes_);
    }
    void charge(Duration cpu) const noexcept {
      if (outflow_) outflow_->charge(cpu);
    }

   private:
    std::shared_ptr<Outflow> outflow_;
    std::size_t bytes_ = 0;
  };

 private:
  void processed(std::size_t bytes) noexcept {
    const std::size_t left = in_flight_.fetch_sub(bytes) - bytes;
    if (left <= full_at / 2 && waiting_.load() && waiting_.exchange(false)) drained_();
  }

  std::atomic<std::size_t> in_flight_{0};
  std::atomic<bool> waiting_{false};
  std::atomic<std::int64_t> charged_{0};  // nanoseconds
  UniqueFunction<void()> drained_;
};

}  // namespace entmoot
