// SPDX-License-Identifier: MIT

#pragma once

// A queue of runnables that wait for a slice: an intrusive list, so that push and remove allocate nothing. A runnable
// is in one queue at most.

#include <entmoot/core/shard.hpp>

#include <utility>

namespace entmoot {

class RunQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

  /// No effect on a runnable that is already in a queue.
  void push(Runnable& runnable) noexcept {
    if (runnable.queue_) return;
    runnable.queue_ = this;
    runnable.previous_ = last_;
    runnable.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &runnable;
    last_ = &runnable;
  }
  /// Only when not empty.
  [[nodiscard]] Runnable& pop() noexcept {
    Runnable& runnable = *first_;
    remove(runnable);
    return runnable;
  }
  /// Removes the runnable from its queue, if it is in one.
  static void remove(Runnable& runnable) noexcept {
    RunQueue* queue = std::exchange(runnable.queue_, nullptr);
    if (!queue) return;
    (runnable.previous_ ? runnable.previous_->next_ : queue->first_) = runnable.next_;
    (runnable.next_ ? runnable.next_->previous_ : queue->last_) = runnable.previous_;
    runnable.previous_ = runnable.next_ = nullptr;
  }

 private:
  Runnable* first_ = nullptr;
  Runnable* last_ = nullptr;
};

}  // namespace entmoot
