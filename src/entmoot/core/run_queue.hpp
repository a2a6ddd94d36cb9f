// SPDX-License-Identifier: MIT

#pragma once

// The runnables that wait for a slice, and the decision which of them is next.
//
// Two orders compete, and each gets half of the time that both want:
//   by demand  the runnable that asks for least of the thread (core/demand.hpp); first come, first served within a
//   level by age     the runnable that has waited longest
//
// So a quiet room waits for at most one slice of the second order and for rooms that are as quiet, however many busy
// ones there are; and every room, however busy, waits at most twice as long as it would in a plain queue: none starves.
// Equal shares alone (deficit round robin, virtual time) give neither: with 1000 busy rooms a thousandth is less than a
// quiet room needs, and it would wait like the others.
//
// Intrusive lists: push and remove allocate nothing. A runnable is in one queue at most.

#include <entmoot/core/demand.hpp>
#include <entmoot/core/runnable.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace entmoot {

class RunQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] static bool holds(const Runnable& runnable) noexcept { return runnable.queue_ != nullptr; }

  /// Whether all that wait are busy. Only when not empty.
  [[nodiscard]] bool only_busy() const noexcept {
    return static_cast<unsigned>(std::countr_zero(occupied_)) >= Demand::busy_level;
  }

  /// At `least` this level, whatever it has asked for before. No effect on a runnable that is already in a queue.
  void push(Runnable& runnable, unsigned least = 0) noexcept {
    if (runnable.queue_) return;
    runnable.queue_ = this;
    runnable.level_ = std::max(runnable.demand_.level(), least);
    runnable.order_ = ++last_order_;
    List& list = lists_[runnable.level_];
    runnable.previous_ = list.last;
    runnable.next_ = nullptr;
    (list.last ? list.last->next_ : list.first) = &runnable;
    list.last = &runnable;
    occupied_ |= 1u << runnable.level_;
    ++size_;
  }

  /// Only when not empty.
  [[nodiscard]] Runnable& pop() noexcept {
    Runnable* const lightest = lists_[static_cast<std::size_t>(std::countr_zero(occupied_))].first;
    Runnable* oldest = lightest;
    for (std::uint32_t left = occupied_ & (occupied_ - 1); left != 0; left &= left - 1) {
      Runnable* const first = lists_[static_cast<std::size_t>(std::countr_zero(left))].first;
      if (first->order_ < oldest->order_) oldest = first;
    }
    by_demand_ = ahead_ <= lead;
    contested_ = lightest != oldest;
    Runnable& next = by_demand_ ? *lightest : *oldest;
    remove(next);
    return next;
  }

  /// The runnable that pop() gave last has used `time`.
  void charge(Duration time) noexcept {
    if (!contested_) return;
    ahead_ = std::clamp(by_demand_ ? ahead_ + time : ahead_ - time, -ahead_max, ahead_max);
  }

  /// Moves the runnable to this level, if it is in a queue and on a lower one.
  static void raise(Runnable& runnable, unsigned level) noexcept {
    RunQueue* const queue = runnable.queue_;
    if (!queue || runnable.level_ >= level) return;
    remove(runnable);
    queue->push(runnable, level);
  }

  /// Removes the runnable from its queue, if it is in one.
  static void remove(Runnable& runnable) noexcept {
    RunQueue* const queue = std::exchange(runnable.queue_, nullptr);
    if (!queue) return;
    List& list = queue->lists_[runnable.level_];
    (runnable.previous_ ? runnable.previous_->next_ : list.first) = runnable.next_;
    (runnable.next_ ? runnable.next_->previous_ : list.last) = runnable.previous_;
    runnable.previous_ = runnable.next_ = nullptr;
    if (!list.first) queue->occupied_ &= ~(1u << runnable.level_);
    --queue->size_;
  }

 private:
  struct List {
    Runnable* first = nullptr;
    Runnable* last = nullptr;
  };
  // The first order may be ahead by as much as one slice, which is many turns of quiet rooms: the first of them need
  // not wait for a slice of the second order.
  static constexpr Duration lead = std::chrono::milliseconds(1);
  static constexpr Duration ahead_max = std::chrono::milliseconds(4);

  std::array<List, Demand::levels> lists_{};
  std::uint32_t occupied_ = 0;  // bit n: list n is not empty
  std::size_t size_ = 0;
  std::uint64_t last_order_ = 0;
  Duration ahead_{};        // time given by demand, less the time given by age
  bool by_demand_ = true;   // the last choice
  bool contested_ = false;  // the other order would have chosen differently
};

}  // namespace entmoot
