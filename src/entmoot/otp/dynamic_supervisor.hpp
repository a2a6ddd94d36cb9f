// SPDX-License-Identifier: MIT

#pragma once

// Starts children on request, monitors them, and restarts them according to their spec and otp/restart.hpp. There is
// one per shard: PerShard<DynamicSupervisor> is Elixir's PartitionSupervisor, with shards.home_of(id) as the partition.
// All uses of an id are therefore steps of one thread, and concurrent first uses start one child.
//
// It owns its children's actors. A child that has ended is settled when its monitor is called, or earlier, if find()
// meets it; its actor is destroyed in a later step (otp/deferred_destruction.hpp).
//
// States of a child: running; starting (its `start` is on the call stack); restarting (its next start is due
// immediately); quarantined (its next start waits for a back-off). A request for a child that is not running fails at
// once and is never queued. Children that were forgotten or terminated, or whose first start failed, leave no trace.
//
// Bound: max_children, which includes children that wait for a restart, as in Elixir.

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
  std::string noun = "child";  ///< Names a child in errors: "room is restarting, try again in 2 s".
  Backoff backoff = {};
  std::uint32_t seed = 1;  ///< For the jitter.
};

class DynamicSupervisor {
 public:
  explicit DynamicSupervisor(Shard& shard, DynamicSupervisorOptions options = {});
  /// Ends the children. Called on the shard's thread, or after its loop has ended.
  ~DynamicSupervisor();
  DynamicSupervisor(const DynamicSupervisor&) = delete;
  DynamicSupervisor& operator=(const DynamicSupervisor&) = delete;

  // --- this shard only

  /// The running child with that id, or a new one. Errors: the Error of `start`; "max_children"; "shutdown"; "ignore";
  /// "room is restarting, try again in 1 s"; "room is quarantined, …".
  [[nodiscard]] Result<ActorRef> start_child(ChildSpec spec);
  /// Like start_child(), but makes the spec only if it is needed: `spec_of(id)` is called if there is no such child.
  template <class SpecOf>
  [[nodiscard]] Result<ActorRef> ensure_started(std::string_view id, SpecOf&& spec_of) {
    if (auto known = find(id)) return *std::move(known);
    return start_child(spec_of(id));
  }
  /// Ends the child with `reason`, or cancels its restart, and forgets it. A requested termination does not count as a
  /// failure: the next start_child() of that id has a new restart history. Error: "not_found".
  Result<void> terminate_child(std::string_view id, ExitReason reason = ExitReason::shutdown());
  /// Terminates every child, in no particular order, as in Elixir; none starts afterwards.
  void stop();

  /// In no particular order.
  [[nodiscard]] std::vector<ChildInfo> which_children() const;
  [[nodiscard]] ChildCounts count_children() const;
  /// "running", "restarting" …; nullopt if there is no such child.
  [[nodiscard]] std::optional<std::string_view> state_of(std::string_view id) const;

 private:
  struct Child;
  [[nodiscard]] std::optional<Result<ActorRef>> find(std::string_view id);
  [[nodiscard]] Error refusal(const Child& child) const;
  void set_state(Child& child, ChildState state) noexcept;
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
  ChildCounts counts_;  // without `specs`
  std::minstd_rand random_;
  bool stopped_ = false;
  DeferredDestruction ended_;
  WeakThis<DynamicSupervisor> self_{this};  // for monitors, which may be called after the supervisor's end
};

}  // namespace entmoot
