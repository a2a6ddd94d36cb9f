// SPDX-License-Identifier: MIT

#pragma once

// The output gate of a turn (workerd's io-gate.h has the idea for storage; here it is for everything).
//
// While a turn runs, what it sends into the world (replies, broadcasts, messages to other actors) is collected; when
// the turn has succeeded all of it is released in order, and a turn that fails releases nothing. Whoever sends on
// behalf of a turn calls Effects::release_or_hold(); outside a turn that runs the effect at once.

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

  /// From here on this thread's effects are held in `effects` (nullptr: nobody collects). Returns who collected before.
  /// A turn that is switched out takes its collector along.
  static Effects* collect_into(Effects* effects) noexcept { return std::exchange(collecting_, effects); }

  /// Runs what was held, in order.
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
