// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/subscriber_table.hpp>

#include <string>
#include <tuple>
#include <utility>

namespace entmoot {

SubscriberId SubscriberTable::new_id() noexcept {
  // The shard in the upper bits makes the number unique without coordination between shards.
  return static_cast<SubscriberId>((std::uint64_t{shard_.index()} + 1) << 48 | ++last_id_);
}

SubscriberTable::Place SubscriberTable::add(std::string_view topic, Subscriber& subscriber, Lane lane,
                                            SubscriberId id) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) {
    std::string name(topic);
    found = topics_.try_emplace(std::move(name), shard_, static_cast<TopicSubscribers::Owner&>(*this)).first;
    found->second.named(found->first);
  }
  found->second.add(++last_number_, id, subscriber, lane);
  return {&found->second, last_number_};
}

void SubscriberTable::remove(Place place, std::unique_ptr<Subscriber> owned) noexcept {
  place.topic->remove(place.number);
  if (!place.topic->delivering()) {
    if (place.topic->empty()) tidy(place.topic->name());
  } else if (owned) {
    shard_.post([owned = std::move(owned)] {});  // it may be running
  }
}

// The topic may be the one whose slice is running.
void SubscriberTable::emptied(std::string_view topic) noexcept {
  shard_.post([this, name = std::string(topic)] { tidy(name); });
}

void SubscriberTable::tidy(std::string_view topic) noexcept {
  const auto found = topics_.find(topic);
  if (found != topics_.end() && found->second.empty() && !found->second.delivering()) topics_.erase(found);
}

void SubscriberTable::deliver(const Delivery& delivery) {
  const auto found = topics_.find(delivery.message->broadcast().topic);
  if (found != topics_.end()) found->second.deliver(delivery);
}

std::size_t SubscriberTable::count(std::string_view topic) const noexcept {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.size();
}

}  // namespace entmoot
