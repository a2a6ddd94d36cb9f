// SPDX-License-Identifier: MIT

#pragma once

// Counts the rooms of a node, and those started by the clients of one address (base/ip_network.hpp: an IPv6 /64 network
// counts as one), over all shards without a lock.
// Addresses share counters by their hash, so two addresses may be counted as one, but never undercounted.
//
// Any thread.

#include <entmoot/base/result.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace entmoot {

class RoomQuota {
  using Count = std::atomic<std::uint32_t>;

 public:
  struct Limits {
    std::size_t rooms = 0;
    std::size_t per_address = 0;
  };
  explicit RoomQuota(Limits limits) : limits_(limits) {}

  /// On whose account a room is started: a client's address, or that of the client that has started the room that
  /// starts it. A value; the quota outlives it.
  class Origin {
   private:
    friend class RoomQuota;
    explicit Origin(Count* address) noexcept : address_(address) {}
    Count* address_;  // null: nobody's
  };

  /// One room's place in the quota; released by the destructor.
  class Place {
   public:
    Place(Place&& other) noexcept
        : rooms_(std::exchange(other.rooms_, nullptr)), address_(std::exchange(other.address_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      for (Count* count : {rooms_, address_}) {
        if (count) count->fetch_sub(1, std::memory_order_relaxed);
      }
    }

    [[nodiscard]] Origin origin() const noexcept { return Origin(address_); }

   private:
    friend class RoomQuota;
    Place(Count* rooms, Count* address) noexcept : rooms_(rooms), address_(address) {}
    Count* rooms_;
    Count* address_;
  };

  /// `address` is that of the client that starts rooms; empty if no client does.
  [[nodiscard]] Origin origin_of(std::string_view address) const;
  [[nodiscard]] Result<Place> admit(Origin origin);
  [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.load(std::memory_order_relaxed); }

 private:
  const Limits limits_;
  Count rooms_ = 0;
  using Counters = std::array<Count, 65'536>;
  const std::unique_ptr<Counters> addresses_ = std::make_unique<Counters>();
};

}  // namespace entmoot
