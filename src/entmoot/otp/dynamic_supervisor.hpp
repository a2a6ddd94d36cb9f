// SPDX-License-Identifier: MIT

#pragma once

// Starts children on request, watches them, and starts them again as their spec and otp/restart.hpp say. One lives on
// each shard: PerShard<DynamicSupervisor> is Elixir's PartitionSupervisor, with shards.home_of(id) as the partition. So
// an id's first uses from any thread are steps of one thread, and make one child.
//
// It owns its children's actors. A child that has ended is settled when its monitor reports, or sooner if somebody asks
// for it in between; its actor is destroyed in a later step (otp/deferred_destruction.hpp).
//
// A child is at each moment one of: running; starting (its `start` is on the call stack); restarting (its next start is
// due at once) or quarantined (its next start waits for a back-off). A child that is not running is refused at once,
// never queued for. Children that were forgotten, terminated, or could not be started at all leave no trace.
//
// Bound: max_children, counting those that wait for a restart too, as Elixir does.

#include <entmoot/base/result.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/child_info.hpp>
#include <entmoot/otp/child_spec.hpp>
#include <entmoot/otp/deferred_destruction.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

struct DynamicSupervisorOptions {
  std::size_t max_children = std::numeric_limits<std::size_t>::max();  ///< Elixir's default: infinity.
  std::string noun = "child";  ///< What a refusal calls a child: "room is restarting, try again in 2 s".
  Backoff backoff = {};
  std::uint32_t seed = 1;  ///< Of the jitter.
};

class DynamicSupervisor {
 public:
  explicit DynamicSupervisor(Shard& shard, DynamicSupervisorOptions options = {});
  /// Ends the children. On the shard's thread, or after its loop has ended.
  ~DynamicSupervisor();
  DynamicSupervisor(const DynamicSupervisor&) = delete;
  DynamicSupervisor& operator=(const DynamicSupervisor&) = delete;

  // --- this shard only

  /// The running child of that id, or a new one. Errors: what `start` said; "max_children"; "shutdown"; "ignore";
  /// "room is restarting, try again in 1 s"; "room is quarantined, …".
  [[nodiscard]] Result<ActorRef> start_child(ChildSpec spec);
  /// The same for the path that is taken with each message: `spec_of(id)` is called only if there is no such child.
  template <class SpecOf>
  [[nodiscard]] Result<ActorRef> ensure_started(std::string_view id, SpecOf&& spec_of) {
    if (auto known = find(id)) return *std::move(known);
    return start_child(spec_of(id));
  }
  /// Ends the child with `reason`, or drops its restart, and forgets it: an end that was asked for is no failure, and
  /// the next start_child() of that id begins afresh. Error: "not_found".
  Result<void> terminate_child(std::string_view id, ExitReason reason = ExitReason::shutdown());
  /// Terminates every child and starts no more. Order is undefined, as in Elixir.
  void stop();

  /// In no order.
  [[nodiscard]] std::vector<ChildInfo> which_children() const;
  [[nodiscard]] ChildCounts count_children() const;

 private:
  struct Child;
  [[nodiscard]] std::optional<Result<ActorRef>> find(std::string_view id);
  [[nodiscard]] Error refusal(const Child& child) const;
  void settle(Child& child);
  void failed(Child& child, ExitReason reason);
  void restart_later(Child& child, Duration delay);
  void restart(Child& child);
  ActorRef adopt(Child& child, std::unique_ptr<Actor> actor);
  void forget(Child& child);

  // Constant after construction.
  Shard& shard_;
  const DynamicSupervisorOptions options_;

  // This shard only.
  StringMap<std::unique_ptr<Child>> children_;
  std::minstd_rand random_;
  bool stopped_ = false;
  DeferredDestruction ended_;
  WeakThis<DynamicSupervisor> self_{this};  // a monitor may report after the supervisor's end
};

}  // namespace entmoot
