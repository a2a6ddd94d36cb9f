// SPDX-License-Identifier: MIT

#pragma once

// Where a supervisor leaves the actors that have ended. One of them may be on the call stack at that moment (it ended
// in its own slice, or something it called ended it), so they are destroyed by a task of the shard; or with the
// graveyard, so that no actor outlives its supervisor.

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace entmoot {

/// On one shard's thread.
class Graveyard {
 public:
  explicit Graveyard(Shard& shard) : shard_(shard), ended_(std::make_shared<Actors>()) {}
  ~Graveyard() {
    Shard::Presence presence(shard_);
    ended_.reset();
  }
  Graveyard(const Graveyard&) = delete;
  Graveyard& operator=(const Graveyard&) = delete;

  /// Ends `actor` with `shutdown` if it is still alive, and destroys it in a later step. nullptr is no error.
  void bury(std::unique_ptr<Actor> actor) {
    if (!actor) return;
    actor->exit(ExitReason::shutdown());
    ended_->push_back(std::move(actor));
    if (ended_->size() > 1) return;
    shard_.post([plot = std::weak_ptr(ended_)] {
      if (auto actors = plot.lock()) auto gone = std::exchange(*actors, {});
    });
  }

 private:
  using Actors = std::vector<std::unique_ptr<Actor>>;
  Shard& shard_;
  std::shared_ptr<Actors> ended_;  // shared: the task that empties it may come after the graveyard's end
};

}  // namespace entmoot
