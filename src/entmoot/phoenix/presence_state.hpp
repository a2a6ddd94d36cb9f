// SPDX-License-Identifier: MIT

#pragma once

// Who is present where, kept by several replicas at once: the set behind Presence (Phoenix.Tracker.State). No threads,
// no clock, no network: replicas are values that somebody carries news between.
//
// A presence is (topic, owner, key, meta), tagged with the dot of the event that made it. The set is an add-wins
// observed-remove set: who leaves removes the dots he has seen, so what another replica adds at the same time, under
// the same key, has a dot that was not seen, and stays.
//
// News (PresenceNews) are entries and a context. They say of every dot in the context: it is here, or it is removed. A
// delta, a full state, and whatever is merged of them all have this one form and this one meaning, so a replica may
// get news late, twice, in any order or not at all, and a later full state repairs everything: merge() is commutative,
// associative and idempotent, and replicas that have heard the same news are equal.
//
// A leave is an event too and takes a dot of its own, without an entry: so two replicas whose contexts are equal have
// equal sets, and comparing contexts is enough to see that something is missing.
//
// Invariant: the dot of every entry is in the context.
//
// Replicas can be down: their presences are hidden, and come back when they are up again. What is reported (joined,
// left) is always what became visible and invisible.

#include <entmoot/base/json.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/phoenix/causal_context.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace entmoot {

/// Whose presence it is (Phoenix: the pid). Unique among all replicas.
enum class PresenceOwner : std::uint64_t { none = 0 };

struct PresenceEntry {
  std::string topic;
  PresenceOwner owner = PresenceOwner::none;
  std::string key;
  JsonText meta;

  friend bool operator==(const PresenceEntry&, const PresenceEntry&) = default;
};

/// Part or whole of a state as a value, to be merged elsewhere.
struct PresenceNews {
  CausalContext context;
  std::map<Dot, PresenceEntry> entries;

  friend bool operator==(const PresenceNews&, const PresenceNews&) = default;
};

/// What became visible and invisible, each in the order of the dots.
struct PresenceChanges {
  std::vector<PresenceEntry> joined;
  std::vector<PresenceEntry> left;

  [[nodiscard]] bool empty() const noexcept { return joined.empty() && left.empty(); }
};

class PresenceState {
 public:
  explicit PresenceState(ReplicaId self) : self_(self) {}

  /// What a change of ours did here, and what to tell the others.
  struct Step {
    PresenceChanges changes;
    PresenceNews news;
  };
  /// In place of what `owner` had on the topic under this key, if anything.
  Step join(PresenceEntry entry);
  Step leave(std::string_view topic, PresenceOwner owner, std::string_view key);
  Step leave_all(PresenceOwner owner);

  PresenceChanges merge(const PresenceNews& news);

  /// Out of reach: hidden, not forgotten. What is merged meanwhile stays hidden too.
  PresenceChanges replica_down(ReplicaId replica);
  /// Heard of again, also after replica_gone(): then the next full state brings its presences.
  PresenceChanges replica_up(ReplicaId replica);
  /// Down for good (Phoenix: permdown): forgotten, and whatever others still say about it is ignored. Only here: the
  /// other replicas judge for themselves.
  PresenceChanges replica_gone(ReplicaId replica);

  [[nodiscard]] const CausalContext& context() const noexcept { return context_; }
  /// Everything, hidden presences included.
  [[nodiscard]] PresenceNews full() const { return {context_, entries_}; }
  /// What a replica with the context `known` lacks. Merging it there does what merging full() would, and merging it
  /// elsewhere does no harm.
  [[nodiscard]] PresenceNews news_since(const CausalContext& known) const;

  // --- what is visible

  /// The presence itself, or nullptr. Valid until the next change.
  [[nodiscard]] const PresenceEntry* find(std::string_view topic, PresenceOwner owner, std::string_view key) const;
  /// In the order of the dots.
  [[nodiscard]] std::vector<const PresenceEntry*> list(std::string_view topic) const;
  /// Hidden ones included.
  [[nodiscard]] std::size_t count(std::string_view topic) const noexcept;
  [[nodiscard]] std::size_t count(PresenceOwner owner) const noexcept;

 private:
  [[nodiscard]] bool hidden(ReplicaId replica) const noexcept { return down_.contains(replica); }
  [[nodiscard]] std::vector<Dot> dots_of(std::string_view topic, PresenceOwner owner, std::string_view key) const;
  [[nodiscard]] std::vector<Dot> dots_of(ReplicaId replica) const;
  [[nodiscard]] std::vector<PresenceEntry> entries_of(ReplicaId replica) const;
  Dot next_dot();
  Step remove_all(const std::vector<Dot>& dots);
  void insert(Dot dot, PresenceEntry entry, PresenceChanges& changes);
  void erase(Dot dot, PresenceChanges& changes);

  const ReplicaId self_;
  CausalContext context_;
  std::map<Dot, PresenceEntry> entries_;
  std::set<ReplicaId> down_;
  std::set<ReplicaId> gone_;  // part of down_

  // Where to look; both repeat entries_.
  StringMap<std::set<Dot>> topics_;
  std::unordered_map<PresenceOwner, std::set<Dot>> owners_;
};

}  // namespace entmoot
