// SPDX-License-Identifier: MIT

#pragma once

// The subscribers of one shard, by topic. Touched by that shard's thread only.
//
// Invariant: a running callback is destroyed only after it has returned.

#include <entmoot/base/string_map.hpp>
#include <entmoot/phoenix/topic_subscribers.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace entmoot {

class SubscriberTable final : private TopicSubscribers::Owner {
 public:
  explicit SubscriberTable(Shard& shard) : shard_(shard) {}
  SubscriberTable(const SubscriberTable&) = delete;
  SubscriberTable& operator=(const SubscriberTable&) = delete;

  [[nodiscard]] SubscriberId new_id() noexcept;

  struct Place {
    TopicSubscribers* topic = nullptr;  ///< Exists until remove().
    std::uint64_t number = 0;
  };
  Place add(std::string_view topic, Subscriber& subscriber, Lane lane, SubscriberId id);
  /// `owned` (may be null) is the subscriber, if the table has to destroy it.
  void remove(Place place, std::unique_ptr<Subscriber> owned) noexcept;

  void deliver(const Delivery& delivery);
  [[nodiscard]] std::size_t count(std::string_view topic) const noexcept;
  [[nodiscard]] DeliveryCounters& counters() noexcept { return delivered; }

 private:
  void emptied(std::string_view topic) noexcept override;
  void tidy(std::string_view topic) noexcept;

  Shard& shard_;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_number_ = 0;
  StringMap<TopicSubscribers> topics_;
};

}  // namespace entmoot
