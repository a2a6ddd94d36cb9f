// SPDX-License-Identifier: MIT

#pragma once

// The subscribers of one shard, by topic. Touched by that shard's thread only.
//
// Subscriptions may be added and removed while a broadcast is delivered (a callback may end its own). Invariants:
// (1) a removed subscriber gets nothing more, not even the broadcast being delivered;
// (2) a subscriber added during a delivery does not get that broadcast;
// (3) a running callback is destroyed only after it has returned.

#include <entmoot/base/string_map.hpp>
#include <entmoot/phoenix/fastlane.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace entmoot {

/// Identifies a subscriber, unique in the process, so that a broadcast can exclude it. Obtainable before the
/// subscription, so that another thread may know it by the first broadcast.
enum class SubscriberId : std::uint64_t { none = 0 };

/// `fast`: queues the encoded frame in its transport, runs no application code, may be delivered to at once.
/// `callback`: runs application code, so it is only ever called from the shard's loop.
enum class Lane : std::uint8_t { fast, callback };

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual void handle_broadcast(const Fastlane& message) = 0;
};

class SubscriberTable {
 public:
  explicit SubscriberTable(unsigned shard) : shard_(shard) {}
  SubscriberTable(const SubscriberTable&) = delete;
  SubscriberTable& operator=(const SubscriberTable&) = delete;

  [[nodiscard]] SubscriberId new_id() noexcept;
  /// Returns the number for remove().
  std::uint64_t add(std::string_view topic, Subscriber& subscriber, Lane lane, SubscriberId id);
  /// `owned` (may be null) is the subscriber, if the table has to destroy it.
  void remove(std::string_view topic, std::uint64_t number, std::unique_ptr<Subscriber> owned) noexcept;

  void deliver(const Fastlane& message, SubscriberId except, Lane lane);
  [[nodiscard]] std::size_t count(std::string_view topic) const noexcept;

 private:
  struct Entry {
    std::uint64_t number;  // ascending
    SubscriberId id;
    Subscriber* subscriber;  // nullptr: left during a delivery
    Lane lane;
  };

  void sweep() noexcept;

  const unsigned shard_;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_number_ = 0;
  StringMap<std::vector<Entry>> topics_;
  int delivering_ = 0;
  std::vector<std::string> left_;                     // topics with entries removed during a delivery
  std::vector<std::unique_ptr<Subscriber>> retired_;  // callbacks that may still be running
};

}  // namespace entmoot
