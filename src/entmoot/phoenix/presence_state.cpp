// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/presence_state.hpp>

#include <entmoot/base/check.hpp>

#include <utility>

namespace entmoot {

// --- local changes

Dot PresenceState::next_dot() {
  const Dot dot{self_, context_.latest(self_) + 1};
  context_.add(dot);
  return dot;
}

PresenceState::Step PresenceState::join(PresenceEntry entry) {
  Step step;
  for (const Dot old : dots_of(entry.topic, entry.owner, entry.key)) {
    step.news.context.add(old);
    erase(old, step.changes);
  }
  const Dot dot = next_dot();
  step.news.context.add(dot);
  step.news.entries.emplace(dot, entry);
  insert(dot, std::move(entry), step.changes);
  return step;
}

PresenceState::Step PresenceState::leave(std::string_view topic, PresenceOwner owner, std::string_view key) {
  return remove_all(dots_of(topic, owner, key));
}

PresenceState::Step PresenceState::leave_all(PresenceOwner owner) {
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return {};
  return remove_all({found->second.begin(), found->second.end()});
}

PresenceState::Step PresenceState::remove_all(const std::vector<Dot>& dots) {
  Step step;
  if (dots.empty()) return step;
  for (const Dot dot : dots) {
    step.news.context.add(dot);
    erase(dot, step.changes);
  }
  step.news.context.add(next_dot());
  return step;
}

// --- news of other replicas

PresenceChanges PresenceState::merge(const PresenceNews& news) {
  PresenceChanges changes;
  const PresenceNews* received = &news;
  PresenceNews without_gone;
  if (!gone_.empty()) {
    without_gone = news;
    for (const ReplicaId gone : gone_) without_gone.context.remove(gone);
    std::erase_if(without_gone.entries, [&](const auto& entry) { return gone_.contains(entry.first.replica); });
    received = &without_gone;
  }
  // Removed: dots in their context without an entry. A delta has short runs, so the cost depends on it, not on our
  // size.
  std::vector<Dot> removed;
  received->context.for_each_run([&](Dot first, Dot last) {
    for (auto at = entries_.lower_bound(first); at != entries_.end() && at->first <= last; ++at) {
      if (!received->entries.contains(at->first)) removed.push_back(at->first);
    }
  });
  for (const Dot dot : removed) erase(dot, changes);
  for (const auto& [dot, entry] : received->entries) {
    if (!context_.contains(dot)) insert(dot, entry, changes);
  }
  context_.merge(received->context);
  return changes;
}

PresenceNews PresenceState::news_since(const CausalContext& known) const {
  PresenceNews news{context_, {}};
  for (const auto& [dot, entry] : entries_) {
    if (known.contains(dot)) {
      news.context.remove(dot);  // already known
    } else {
      news.entries.emplace(dot, entry);
    }
  }
  return news;
}

// --- replicas

PresenceChanges PresenceState::replica_down(ReplicaId replica) {
  ENTMOOT_CHECK(replica != self_, "a replica cannot mark itself as down");
  if (!down_.insert(replica).second) return {};
  return {{}, entries_of(replica)};
}

PresenceChanges PresenceState::replica_up(ReplicaId replica) {
  gone_.erase(replica);
  if (down_.erase(replica) == 0) return {};
  return {entries_of(replica), {}};
}

PresenceChanges PresenceState::replica_gone(ReplicaId replica) {
  PresenceChanges changes = replica_down(replica);
  gone_.insert(replica);
  for (const Dot dot : dots_of(replica)) erase(dot, changes);
  context_.remove(replica);
  return changes;
}

// --- queries

const PresenceEntry* PresenceState::find(std::string_view topic, PresenceOwner owner, std::string_view key) const {
  for (const Dot dot : dots_of(topic, owner, key)) {
    if (!hidden(dot.replica)) return &entries_.at(dot);
  }
  return nullptr;
}

std::vector<const PresenceEntry*> PresenceState::list(std::string_view topic) const {
  std::vector<const PresenceEntry*> entries;
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return entries;
  for (const Dot dot : found->second) {
    if (!hidden(dot.replica)) entries.push_back(&entries_.at(dot));
  }
  return entries;
}

std::size_t PresenceState::count(std::string_view topic) const noexcept {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.size();
}

std::size_t PresenceState::count(PresenceOwner owner) const noexcept {
  const auto found = owners_.find(owner);
  return found == owners_.end() ? 0 : found->second.size();
}

std::vector<Dot> PresenceState::dots_of(std::string_view topic, PresenceOwner owner, std::string_view key) const {
  std::vector<Dot> dots;
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return dots;
  for (const Dot dot : found->second) {
    const PresenceEntry& entry = entries_.at(dot);
    if (entry.topic == topic && entry.key == key) dots.push_back(dot);
  }
  return dots;
}

std::vector<Dot> PresenceState::dots_of(ReplicaId replica) const {
  std::vector<Dot> dots;
  for (auto at = entries_.lower_bound({replica, 0}); at != entries_.end() && at->first.replica == replica; ++at) {
    dots.push_back(at->first);
  }
  return dots;
}

std::vector<PresenceEntry> PresenceState::entries_of(ReplicaId replica) const {
  std::vector<PresenceEntry> entries;
  for (const Dot dot : dots_of(replica)) entries.push_back(entries_.at(dot));
  return entries;
}

// --- one entry

void PresenceState::insert(Dot dot, PresenceEntry entry, PresenceChanges& changes) {
  if (!hidden(dot.replica)) changes.joined.push_back(entry);
  topics_[entry.topic].insert(dot);
  owners_[entry.owner].insert(dot);
  entries_.emplace(dot, std::move(entry));
}

void PresenceState::erase(Dot dot, PresenceChanges& changes) {
  auto node = entries_.extract(dot);
  PresenceEntry& entry = node.mapped();
  if (const auto topic = topics_.find(entry.topic); topic->second.erase(dot) == 1 && topic->second.empty()) {
    topics_.erase(topic);
  }
  if (const auto owner = owners_.find(entry.owner); owner->second.erase(dot) == 1 && owner->second.empty()) {
    owners_.erase(owner);
  }
  if (!hidden(dot.replica)) changes.left.push_back(std::move(entry));
}

}  // namespace entmoot
