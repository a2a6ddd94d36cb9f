// SPDX-License-Identifier: MIT

#pragma once

// The replicated set behind Presence (Phoenix.Tracker.State). No threads, no clock, no network: replicas are values,
// and the caller transports news between them.
//
// A presence is (topic, owner, key, meta), tagged with the dot of the event that made it. The set is an add-wins
// observed-remove set: a leave removes the dots it has seen, so a concurrent join of the same key on another replica
// has a dot that was not seen, and stays.
//
// News (PresenceNews) are entries and a context. For every dot in the context they state that it is present or removed.
// A delta, a full state, and any merge of them have this one form and meaning, so a replica may get news late, twice,
// in any order or not at all, and a later full state repairs everything: merge() is commutative, associative and
// idempotent, and replicas that have merged the same news are equal.
//
// A leave is also an event and has a dot of its own, without an entry. So two replicas with equal contexts have equal
// sets, and comparing contexts is enough to detect that something is missing.
//
// Invariant: the dot of every entry is in the context.
//
// Replicas can be down: their presences are hidden, and visible again when they are up. Changes (joined, left) always
// report what became visible and invisible.

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

/// The owner of a presence (Phoenix: the pid). Unique among all replicas.
enum class PresenceOwner : std::uint64_t { none = 0 };

struct PresenceEntry {
  std::string topic;
  PresenceOwner owner = PresenceOwner::none;
  std::string key;
  JsonText meta;

  friend bool operator==(const PresenceEntry&, const PresenceEntry&) = default;
};

/// A part or the whole of a state as a value, to be merged into another replica.
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

  /// A local change: its effect on this replica, and the news for the others.
  struct Step {
    PresenceChanges changes;
    PresenceNews news;
  };
  /// Replaces the owner's presence on the topic under this key, if there is one.
  Step join(PresenceEntry entry);
  Step leave(std::string_view topic, PresenceOwner owner, std::string_view key);
  Step leave_all(PresenceOwner owner);

  PresenceChanges merge(const PresenceNews& news);

  /// The replica is unreachable: its presences are hidden but kept. Entries merged meanwhile stay hidden too.
  PresenceChanges replica_down(ReplicaId replica);
  /// The replica is reachable again. After replica_gone() the next full state restores its presences.
  PresenceChanges replica_up(ReplicaId replica);
  /// The replica is permanently down (Phoenix: permdown): its presences are removed, and news about it are ignored.
  /// Affects this replica only; others decide for themselves.
  PresenceChanges replica_gone(ReplicaId replica);

  [[nodiscard]] const CausalContext& context() const noexcept { return context_; }
  /// The full state, hidden presences included.
  [[nodiscard]] PresenceNews full() const { return {context_, entries_}; }
  /// The news that a replica with the context `known` lacks. Merging them there has the effect of merging full();
  /// merging them elsewhere does no harm.
  [[nodiscard]] PresenceNews news_since(const CausalContext& known) const;

  // --- visible presences

  /// The presence, or nullptr. Valid until the next change.
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

  // Indexes of entries_.
  StringMap<std::set<Dot>> topics_;
  std::unordered_map<PresenceOwner, std::set<Dot>> owners_;
};

}  // namespace entmoot
