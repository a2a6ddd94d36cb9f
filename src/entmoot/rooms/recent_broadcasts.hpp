// SPDX-License-Identifier: MIT

#pragma once

// The last broadcasts of a durable room, each with its offset: what a client that was away has missed.
//
// Offsets count the broadcasts of a room from 1, within an epoch (docs/durability.md). They follow from the room's
// turns: a broadcast is counted when its turn is kept, in life as in a replay. In life it leaves later; sent() counts
// those that have left, and the two agree when nothing is held.
//
// Bounded by number and bytes; the oldest are forgotten.
//
// Used on the room's shard, and by its turns.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/phoenix/fastlane.hpp>
#include <entmoot/phoenix/payload.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/rooms/client_number.hpp>
#include <entmoot/runtime/turn_observer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct RoomRoutes;

/// Where a client's knowledge ends, as it says itself when it joins.
struct RecoverFrom {
  std::string epoch = {};
  std::uint64_t offset = 0;
  ClientNumber member = no_client;  ///< Its number then: what excluded that client was not missed.
};

class RecentBroadcasts final : public TurnObserver {
 public:
  static constexpr std::size_t count_max = 500;
  static constexpr std::size_t bytes_max = 128 * KiB;

  /// `account` is the room's.
  RecentBroadcasts(std::string topic, const std::shared_ptr<MemoryAccount>& account);

  /// Which channels and handlers lead to clients.
  void use(const RoomRoutes& routes);
  /// Those before the first one that was counted here. Only if earlier.last() is the offset before it.
  void follow(RecentBroadcasts&& earlier);

  /// The offset of the last broadcast that was counted.
  [[nodiscard]] std::uint64_t last() const noexcept { return first_ + entries_.size() - 1; }
  [[nodiscard]] bool has_any() const noexcept { return !entries_.empty(); }
  /// Counts those that have left.
  [[nodiscard]] BroadcastCounter& sent() noexcept { return sent_; }
  /// Everything that was counted has left.
  void all_sent() noexcept { sent_.last = last(); }

  /// What has left after `from.offset`, in order. nullopt: some of it is forgotten, or is one of `intercepted`, whose
  /// content depends on the client.
  [[nodiscard]] std::optional<std::vector<std::shared_ptr<const Fastlane>>> missed(
      const RecoverFrom& from, const std::vector<std::string>& intercepted) const;

  /// state() after so many broadcasts that are forgotten.
  [[nodiscard]] static std::string state_after(std::uint64_t offset);

  // TurnObserver
  void posted(std::string_view channel, std::string_view json) override;
  void commanded(std::string_view name, std::span<const js::Value> operands) override;
  void called(std::string_view name, std::string_view args) override;
  void turn_ended(bool kept) override;
  [[nodiscard]] std::string state() const override;
  void resume(std::string_view state) override;

 private:
  struct Entry {
    std::string event;
    Payload payload;
    ClientNumber except = no_client;
    mutable std::shared_ptr<const Fastlane> message = {};  // made when it is first missed
    [[nodiscard]] std::size_t bytes() const noexcept { return sizeof(Entry) + event.size() + payload.bytes().size(); }
  };
  void count(Entry entry);

  const std::string topic_;
  std::map<std::string, std::string, std::less<>> channels_;  // BroadcastChannel → event
  bool has_handler_ = false;                                  // Beam.call("broadcast")
  std::uint64_t first_ = 1;                                   // the offset of entries_[0]
  std::deque<Entry> entries_;
  std::vector<Entry> turn_;  // of the current turn
  BroadcastCounter sent_;
  MemoryCharge held_;
};

}  // namespace entmoot
