// SPDX-License-Identifier: MIT

#pragma once

// Where a supervisor leaves the actors that have ended. One of them may be on the call stack at that moment (it ended
// in its own slice, or something it called ended it), so they are destroyed by a task of the shard; or with this
// object, so that no actor outlives its supervisor.

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace entmoot {

/// On one shard's thread.
class DeferredDestruction {
 public:
  explicit DeferredDestruction(Shard& shard) : shard_(shard), actors_(std::make_shared<Actors>()) {}
  ~DeferredDestruction() {
    Shard::Scope scope(shard_);
    actors_.reset();
  }
  DeferredDestruction(const DeferredDestruction&) = delete;
  DeferredDestruction& operator=(const DeferredDestruction&) = delete;

  /// Ends `actor` with `shutdown` if it is still alive, and destroys it in a later step. nullptr is no error.
  void destroy(std::unique_ptr<Actor> actor) {
    if (!actor) return;
    actor->exit(ExitReason::shutdown());
    actors_->push_back(std::move(actor));
    if (actors_->size() > 1) return;
    shard_.post([actors = std::weak_ptr(actors_)] {
      if (auto left = actors.lock()) auto gone = std::exchange(*left, {});
    });
  }

 private:
  using Actors = std::vector<std::unique_ptr<Actor>>;
  Shard& shard_;
  std::shared_ptr<Actors> actors_;  // shared: the task that empties it may run after this object is gone
};

}  // namespace entmoot
