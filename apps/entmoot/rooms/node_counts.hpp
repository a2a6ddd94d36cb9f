// SPDX-License-Identifier: MIT

#pragma once

// How many rooms there are on this node, and how many the clients of one address have called to life: counted over all
// shards without a lock. Addresses share counters by their hash, so two of them may be counted as one, never as less.
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

namespace entmoot_app {

class NodeCounts {
  using Count = std::atomic<std::uint32_t>;

 public:
  struct Limits {
    std::size_t rooms = 0;
    std::size_t per_address = 0;
  };
  explicit NodeCounts(Limits limits) : limits_(limits) {}

  /// A room that counts, as long as it is there.
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

   private:
    friend class NodeCounts;
    Place(Count* rooms, Count* address) noexcept : rooms_(rooms), address_(address) {}
    Count* rooms_;
    Count* address_;
  };

  /// `address`: whose client calls the room to life; empty: nobody's.
  [[nodiscard]] entmoot::Result<Place> admit(std::string_view address);
  [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.load(std::memory_order_relaxed); }

 private:
  const Limits limits_;
  Count rooms_ = 0;
  using Counters = std::array<Count, 65'536>;
  const std::unique_ptr<Counters> addresses_ = std::make_unique<Counters>();
};

}  // namespace entmoot_app
