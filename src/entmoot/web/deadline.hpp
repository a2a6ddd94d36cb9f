// SPDX-License-Identifier: MIT

#pragma once

// A timer bound to its owner: at most one is set, and it is cancelled by the destructor. The shard's thread only.

#include <entmoot/core/shard.hpp>

#include <utility>

namespace entmoot {

class Deadline {
 public:
  explicit Deadline(Shard& shard) noexcept : shard_(shard) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { cancel(); }

  /// Calls `task` after `delay`. Replaces the task set before.
  void set(Duration delay, UniqueFunction<void()> task) {
    cancel();
    timer_ = shard_.after(delay, [this, task = std::move(task)]() mutable {
      timer_ = TimerId::none;
      task();
    });
  }
  void cancel() noexcept {
    if (is_set()) shard_.cancel(std::exchange(timer_, TimerId::none));
  }
  [[nodiscard]] bool is_set() const noexcept { return timer_ != TimerId::none; }

 private:
  Shard& shard_;
  TimerId timer_ = TimerId::none;
};

}  // namespace entmoot
