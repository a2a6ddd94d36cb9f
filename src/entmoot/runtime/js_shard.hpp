// SPDX-License-Identifier: MIT

#pragma once

// What the JavaScript rooms of one shard share: address space for their heaps, stacks for their fibers, the slicer that
// divides the thread's time among them, and random numbers. One a shard (PerShard<JsShard>), touched by its thread
// only.

#include <entmoot/base/clock.hpp>
#include <entmoot/core/random_source.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/core/stack_pool.hpp>
#include <entmoot/js/region.hpp>

#include <chrono>

namespace entmoot {

class Shard;

struct JsShardOptions {
  Duration slice = std::chrono::milliseconds(1);
  js::ArenaOptions arena = {};
  /// What CPU time is read from; nullptr: the thread's own. A test hands in the clock that it also steps.
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

 private:
  const Clock& cpu_clock_;
};

}  // namespace entmoot
