// SPDX-License-Identifier: MIT

#pragma once

// The output gate of a turn (workerd's io-gate.h applies the idea to storage; here it applies to all output).
//
// While a turn runs, its output (replies, broadcasts, messages to other actors) is collected. When the turn has
// succeeded, the output is released in order; a turn that fails releases nothing. Code that sends on behalf of a turn
// calls Effects::release_or_hold(); outside a turn that runs the effect at once.
//
// Bounds. What is held is charged to the turn's output limit (runtime/turn.hpp). Its reach, the bytes of its broadcasts
// multiplied by their receivers, has a limit of its own: charge_reach(). What has been released and not processed is
// bounded by the Outflow.

#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/outflow.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace entmoot {

class Effects {
 public:
  /// Charges the output to `outflow` (default: to none).
  void charge_to(std::shared_ptr<Outflow> outflow) noexcept { outflow_ = std::move(outflow); }

  /// Runs `effect` now, or holds it if a turn is collecting on this thread.
  static void release_or_hold(UniqueFunction<void()> effect) {
    if (collecting_) {
      collecting_->held_.push_back(std::move(effect));
    } else {
      effect();
    }
  }
  /// Charges the collecting turn, if there is one, with a broadcast: bytes × receivers. False: it exceeds the limit.
  [[nodiscard]] static bool charge_reach(std::size_t bytes) noexcept {
    if (!collecting_) return true;
    if (bytes > collecting_->reach_left_) return false;
    collecting_->reach_left_ -= bytes;
    return true;
  }
  /// The outflow of the effect that is being released on this thread; null: none.
  [[nodiscard]] static const std::shared_ptr<Outflow>& releasing() noexcept {
    static const std::shared_ptr<Outflow> none;
    return releasing_ ? *releasing_ : none;
  }

  /// Sets the collector of this thread's effects (nullptr: none) and returns the previous one. Code that switches a
  /// turn in or out sets and restores it.
  static Effects* collect_into(Effects* effects) noexcept { return std::exchange(collecting_, effects); }

  /// A turn begins; its broadcasts may reach `reach_max`.
  void begin(std::size_t reach_max) noexcept { reach_left_ = reach_max; }
  [[nodiscard]] bool empty() const noexcept { return next_ == held_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return held_.size() - next_; }
  /// Runs the first of the held effects. Only if there is one.
  void release_next() {
    auto effect = std::move(held_[next_]);
    if (++next_ == held_.size()) drop();
    struct Scope {
      const std::shared_ptr<Outflow>* before;
      ~Scope() { releasing_ = before; }
    } scope{std::exchange(releasing_, outflow_ ? &outflow_ : nullptr)};
    effect();
  }
  void release() {
    while (!empty()) release_next();
  }
  /// Adds an effect after the others.
  void add(UniqueFunction<void()> effect) { held_.push_back(std::move(effect)); }
  /// Moves what is held to another object, for the same outflow.
  [[nodiscard]] Effects take() {
    Effects taken;
    taken.outflow_ = outflow_;
    taken.held_ = std::exchange(held_, {});
    taken.next_ = std::exchange(next_, 0);
    return taken;
  }
  void drop() noexcept {
    next_ = 0;
    auto dropped = std::exchange(held_, {});
    dropped.clear();
    if (held_.empty() && dropped.capacity() <= kept_capacity) held_.swap(dropped);  // the next turn needs no allocation
  }

 private:
  static constexpr std::size_t kept_capacity = 8;

  static inline thread_local Effects* collecting_ = nullptr;
  static inline thread_local const std::shared_ptr<Outflow>* releasing_ = nullptr;

  std::shared_ptr<Outflow> outflow_;
  std::vector<UniqueFunction<void()>> held_;
  std::size_t next_ = 0;  // the first that has not been released
  std::size_t reach_left_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace entmoot
