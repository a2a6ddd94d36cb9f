// SPDX-License-Identifier: MIT

#pragma once

// A fixed list of children, started in order and ended in reverse order (OTP's supervisor, one_for_one). For children
// that depend on each other; unrelated rooms are children of a DynamicSupervisor.
//
// OTP's rule holds unchanged: the children share one restart intensity, and more than max_restarts restarts within
// max_seconds end all of them and then the supervisor itself, with `shutdown`. The supervisor is an actor, so it can be
// a child itself. A start that fails in a restart is retried in the next step, and each attempt counts.
//
// A transient child that has ended normally stays in the list, not running; a temporary child is removed from the list.
// If the first start of a child fails, the children before it are ended and the supervisor is not made.

#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/otp/child_info.hpp>
#include <entmoot/otp/child_spec.hpp>
#include <entmoot/otp/deferred_destruction.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace entmoot {

class Supervisor final : public Actor {
 public:
  /// Call all functions on the shard's thread. Errors: "failed to start child "id": …", "duplicate child "id"".
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> start(Shard& shard, std::vector<ChildSpec> children,
                                                                 RestartIntensity intensity = {});
  ~Supervisor() override;

  /// In start order.
  [[nodiscard]] std::vector<ChildInfo> which_children() const;
  [[nodiscard]] ChildCounts count_children() const;

 private:
  struct Child {
    ChildSpec spec;
    std::unique_ptr<Actor> actor = nullptr;
    ChildState state = ChildState::ended;
    std::size_t failures = 0;
    ExitReason last_exit = {};
  };

  Supervisor(Shard& shard, RestartIntensity intensity);
  bool slice() override;
  void ended(const ExitReason& reason) override;
  void adopt(Child& child, std::unique_ptr<Actor> actor);
  void settle(const ActorRef& ended_child);
  void failed(Child& child, ExitReason reason);
  void restart(std::string_view id);

  const RestartIntensity intensity_;
  RestartWindow window_;
  std::vector<Child> children_;  // in start order
  DeferredDestruction ended_;
  WeakThis<Supervisor> self_{this};  // for monitors, which may be called after the supervisor's end
};

}  // namespace entmoot
