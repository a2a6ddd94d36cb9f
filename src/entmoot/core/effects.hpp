// SPDX-License-Identifier: MIT

#pragma once

// The output gate of a turn (workerd's io-gate.h applies the idea to storage; here it applies to all output).
//
// While a turn runs, its output (replies, broadcasts, messages to other actors) is collected. When the turn has
// succeeded, the output is released in order; a turn that fails releases nothing. Code that sends on behalf of a turn
// calls Effects::release_or_hold(); outside a turn that runs the effect at once.

#include <entmoot/base/unique_function.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace entmoot {

class Effects {
 public:
  /// Runs `effect` now, or holds it if a turn is collecting on this thread.
  static void release_or_hold(UniqueFunction<void()> effect) {
    if (collecting_) {
      collecting_->held_.push_back(std::move(effect));
    } else {
      effect();
    }
  }

  /// Sets the collector of this thread's effects (nullptr: none) and returns the previous one. Code that switches a
  /// turn in or out sets and restores it.
  static Effects* collect_into(Effects* effects) noexcept { return std::exchange(collecting_, effects); }

  /// Runs the held effects, in order.
  void release() {
    auto held = std::exchange(held_, {});
    for (auto& effect : held) effect();
  }
  void drop() noexcept { auto dropped = std::exchange(held_, {}); }
  [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }

 private:
  static inline thread_local Effects* collecting_ = nullptr;
  std::vector<UniqueFunction<void()>> held_;
};

}  // namespace entmoot
