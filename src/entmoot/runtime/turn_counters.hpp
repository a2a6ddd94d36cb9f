// SPDX-License-Identifier: MIT

#pragma once

// What actors with a JavaScript heap count, those of one route on one shard together. Plain numbers: their shard's
// thread writes them, and whoever wants to read them does so in a task of that shard (Shards::map_reduce).

#include <entmoot/base/time_histogram.hpp>

#include <cstdint>

namespace entmoot {

struct TurnCounters {
  // Now.
  std::int64_t actors = 0;  ///< With a heap.
  std::int64_t heap_bytes = 0;

  // Since the start.
  std::uint64_t failed = 0;    ///< Turns that threw, or exceeded the heap's soft limit.
  std::uint64_t dropped = 0;   ///< Turns that ended their actor: out of time, out of memory.
  std::uint64_t uncaught = 0;  ///< Errors of the script that no caller received.
  TimeHistogram cpu = {};      ///< CPU time of a turn.
  TimeHistogram queue = {};    ///< From a message's arrival in the actor's mailbox to its turn.

  TurnCounters& operator+=(const TurnCounters& other) noexcept {
    actors += other.actors;
    heap_bytes += other.heap_bytes;
    failed += other.failed;
    dropped += other.dropped;
    uncaught += other.uncaught;
    cpu += other.cpu;
    queue += other.queue;
    return *this;
  }
};

}  // namespace entmoot
