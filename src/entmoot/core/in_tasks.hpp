// SPDX-License-Identifier: MIT

#pragma once

// Work on many items that nobody waits for in this task, a few items in each task, so that other tasks run in between.

#include <entmoot/core/shard.hpp>

#include <utility>

namespace entmoot {

/// Calls `step`, which processes one item and returns whether there are more, until it returns false: 1000 times
/// now, and as often in each of the tasks that follow. On `shard`'s thread; if its loop ends before, `step` is
/// destroyed.
template <class Step>
void in_tasks(Shard& shard, Step step) {
  for (int i = 0; i < 1000; ++i) {
    if (!step()) return;
  }
  shard.post([&shard, step = std::move(step)]() mutable { in_tasks(shard, std::move(step)); });
}

}  // namespace entmoot
