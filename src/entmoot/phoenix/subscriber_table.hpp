// SPDX-License-Identifier: MIT

#pragma once

// Who on one shard listens to which topic. Touched by that shard's thread only.
//
// Subscribers come and go while a broadcast is being delivered (a callback may end its own subscription). Invariants:
// (1) who has left gets nothing more, not even what is being delivered;
// (2) who comes during a delivery does not get that broadcast;
// (3) a callback that is running is destroyed after it has returned.

#include <entmoot/base/string_map.hpp>
#include <entmoot/phoenix/fastlane.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace entmoot {

/// Names a subscriber in the whole process, so that a broadcast can leave it out. It can be had before the
/// subscription: somebody elsewhere may know it by the time the first broadcast comes.
enum class SubscriberId : std::uint64_t { none = 0 };

/// `fast`: gets the encoded frame into its transport, runs no code of an application, may be served at once.
/// `callback`: runs code, so it is only ever called from the shard's loop.
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
  /// Under which number it is removed.
  std::uint64_t add(std::string_view topic, Subscriber& subscriber, Lane lane, SubscriberId id);
  /// `owned` (may be null) is the subscriber if nobody else keeps it.
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
  std::vector<std::string> left_;                     // topics somebody left during a delivery
  std::vector<std::unique_ptr<Subscriber>> retired_;  // callbacks that may still be running
};

}  // namespace entmoot
