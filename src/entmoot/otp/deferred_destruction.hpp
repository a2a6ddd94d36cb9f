// SPDX-License-Identifier: MIT

#pragma once

// Destroys the actors of a supervisor that have ended. Such an actor may be on the call stack (it ended in its own
// slice, or a function that it called ended it), so it is destroyed by a task of the shard, or with this object, so
// that no actor outlives its supervisor.

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace entmoot {

/// Used on one shard's thread.
class DeferredDestruction {
 public:
  explicit DeferredDestruction(Shard& shard) : shard_(shard), actors_(std::make_shared<Actors>()) {}
  ~DeferredDestruction() {
    Shard::Scope scope(shard_);
    actors_.reset();
  }
  DeferredDestruction(const DeferredDestruction&) = delete;
  DeferredDestruction& operator=(const DeferredDestruction&) = delete;

  /// Ends `actor` with `shutdown` if it is alive, and destroys it in a later step. No effect for nullptr.
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
  std::shared_ptr<Actors> actors_;  // shared with the posted task, which may run after this object is destroyed
};

}  // namespace entmoot
