// SPDX-License-Identifier: MIT

#pragma once

// What runs on a shard in slices: an actor with messages, a delivery to many subscribers.

#include <entmoot/core/demand.hpp>

#include <cstdint>

namespace entmoot {

class RunQueue;

/// Owned elsewhere; must leave the run queue (Shard::make_idle) before it is destroyed.
class Runnable {
 public:
  Runnable() = default;
  Runnable(const Runnable&) = delete;
  Runnable& operator=(const Runnable&) = delete;
  virtual ~Runnable();

  /// Runs one time slice. Returns whether there is more to do; if so, another slice follows. Must not destroy the
  /// runnable: an actor that ends in its slice is destroyed by a task posted from it.
  virtual bool run_slice() = 0;

 private:
  friend class RunQueue;
  friend class Shard;
  RunQueue* queue_ = nullptr;  // the queue it is in, if any
  Runnable* previous_ = nullptr;
  Runnable* next_ = nullptr;
  std::uint64_t order_ = 0;  // larger than that of every runnable that came into the queue before
  unsigned level_ = 0;       // its list in the queue
  Demand demand_;
};

}  // namespace entmoot
