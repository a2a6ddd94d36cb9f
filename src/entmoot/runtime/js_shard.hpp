// SPDX-License-Identifier: MIT

#pragma once

// The resources that the JavaScript rooms of one shard share: address space for their heaps, stacks for their fibers,
// the slicer that divides the thread's time among them, and random numbers. One per shard (PerShard<JsShard>), used on
// its thread only.

#include <entmoot/base/clock.hpp>
#include <entmoot/core/random_source.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/core/stack_pool.hpp>
#include <entmoot/js/region.hpp>
#include <entmoot/runtime/turn_counters.hpp>

#include <chrono>

namespace entmoot {

class Shard;

struct JsShardOptions {
  Duration slice = std::chrono::milliseconds(1);
  js::ArenaOptions arena = {};
  /// The clock for CPU time; nullptr: that of the thread. A test passes a manual clock.
  const Clock* cpu_clock = nullptr;
};

class JsShard {
 public:
  explicit JsShard(const Shard& shard, JsShardOptions options = {});

  [[nodiscard]] const Clock& cpu_clock() const noexcept { return cpu_clock_; }

  js::RegionArena arena;
  StackPool stacks;
  Slicer slicer;
  RandomSource random;
  TurnCounters turns;  ///< Of the actors whose options name no others.

 private:
  const Clock& cpu_clock_;
};

}  // namespace entmoot
