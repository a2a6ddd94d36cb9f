// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/subscriber_table.hpp>

#include <algorithm>

namespace entmoot {

SubscriberId SubscriberTable::new_id() noexcept {
  // The shard in the upper bits makes the number unique without coordination between shards.
  return static_cast<SubscriberId>((std::uint64_t{shard_} + 1) << 48 | ++last_id_);
}

std::uint64_t SubscriberTable::add(std::string_view topic, Subscriber& subscriber, Lane lane, SubscriberId id) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) found = topics_.emplace(std::string(topic), std::vector<Entry>{}).first;
  found->second.push_back({++last_number_, id, &subscriber, lane});
  return last_number_;
}

void SubscriberTable::remove(std::string_view topic, std::uint64_t number, std::unique_ptr<Subscriber> owned) noexcept {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  auto& entries = found->second;
  const auto at = std::ranges::lower_bound(entries, number, {}, &Entry::number);
  if (at == entries.end() || at->number != number) return;
  if (delivering_ > 0) {
    at->subscriber = nullptr;
    left_.push_back(found->first);
    if (owned) retired_.push_back(std::move(owned));
    return;
  }
  entries.erase(at);
  if (entries.empty()) topics_.erase(found);
}

void SubscriberTable::deliver(const Fastlane& message, SubscriberId except, Lane lane) {
  const auto found = topics_.find(message.broadcast().topic);
  if (found == topics_.end()) return;
  auto& entries = found->second;  // stays where it is: topics are erased by sweep() only
  ++delivering_;
  for (std::size_t i = 0, size = entries.size(); i < size; ++i) {
    const Entry entry = entries[i];
    if (entry.subscriber && entry.lane == lane && entry.id != except) entry.subscriber->handle_broadcast(message);
  }
  if (--delivering_ == 0) sweep();
}

void SubscriberTable::sweep() noexcept {
  for (const auto& topic : std::exchange(left_, {})) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) continue;
    std::erase_if(found->second, [](const Entry& entry) { return !entry.subscriber; });
    if (found->second.empty()) topics_.erase(found);
  }
  // Destroying a callback may end further subscriptions; no delivery is in progress by now.
  std::exchange(retired_, {}).clear();
}

std::size_t SubscriberTable::count(std::string_view topic) const noexcept {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(found->second, [](const Entry& entry) { return entry.subscriber != nullptr; }));
}

}  // namespace entmoot
