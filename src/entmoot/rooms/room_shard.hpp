// SPDX-License-Identifier: MIT

#pragma once

// The rooms of one shard, by topic, started on first use, with their supervisor and the states of sleeping rooms.
//
// One per shard, touched by its thread only. Rooms gives access from any thread.

#include <entmoot/base/result.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/rooms/memory_budget.hpp>
#include <entmoot/rooms/room.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_counters.hpp>
#include <entmoot/rooms/room_quota.hpp>
#include <entmoot/rooms/room_routes.hpp>
#include <entmoot/rooms/rooms_options.hpp>
#include <entmoot/rooms/sleeping_rooms.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// The services of a node that rooms use.
struct RoomServices {
  Registry& registry;
  PubSub& pubsub;
  Presence& presence;
};

class RoomShard final : private Room::Listener {
 public:
  /// The same for all shards. All outlive it.
  struct Shared {
    const RoomsOptions& options;
    RoomQuota& quota;
    MemoryBudget& memory;
    RoomStorage* storage;                                    ///< Null: there is no store for durable rooms.
    std::function<void(RoomCall call, ReplyTo reply)> call;  ///< A room on any shard.
    std::size_t sleeping_bytes_max;  ///< Of one shard: its part of RoomsOptions::sleeping_bytes_max.
  };
  RoomShard(Shard& shard, JsShard& js, const RoomServices& services, const Shared& shared);
  ~RoomShard() override;

  /// Switches to these routes: live rooms whose code has changed reload, each independently.
  void use(std::shared_ptr<const RoomRoutes> routes);
  [[nodiscard]] const RoomRoutes& routes() const override { return *routes_; }

  /// The room, started if necessary on the account of `origin`.
  [[nodiscard]] Result<Room*> find_or_start(const std::string& topic, RoomQuota::Origin origin);
  /// The room, if it exists. The error is `not_found`.
  [[nodiscard]] Result<Room*> find(std::string_view topic);
  [[nodiscard]] std::vector<RoomInfo> list() const;
  /// The room's row; `not_found`.
  [[nodiscard]] Result<RoomInfo> info(std::string_view topic);
  /// Calls `each(room)` for the rooms in some of the buckets of their table, from `bucket` on, and returns where to go
  /// on; nullopt when all were visited. Rooms that are there all the time are visited at least once, also if others
  /// start or end between two calls: if the table has grown meanwhile (`generation` is not that of the call before),
  /// begin again.
  template <class Each>
  std::optional<std::size_t> visit(std::size_t bucket, std::size_t buckets, Each&& each) const {
    const std::size_t end = std::min(bucket + buckets, rooms_.bucket_count());
    for (; bucket < end; ++bucket) {
      for (auto at = rooms_.begin(bucket); at != rooms_.end(bucket); ++at) each(*at->second);
    }
    return end == rooms_.bucket_count() ? std::nullopt : std::optional(end);
  }
  [[nodiscard]] std::size_t generation() const noexcept { return rooms_.bucket_count(); }
  [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }
  /// Of its rooms.
  [[nodiscard]] RoomCounters counters() const;
  /// For what the clients of this shard do; `pattern` is a route's.
  [[nodiscard]] RouteCounters& counters_of(std::string_view pattern) { return counters_.of(pattern); }
  [[nodiscard]] const Shard& shard() const noexcept { return context_.shard; }
  /// A number for a client that is connected here; its room may be on another shard.
  [[nodiscard]] ClientNumber new_client() noexcept;
  /// Memory is tight: returns the pages of free regions, and puts some rooms that have neither clients nor calls to
  /// sleep, those that have been idle longest first.
  void save_memory();
  /// Room::serialize(), for all.
  void serialize_all(const std::shared_ptr<void>& done);
  /// Ends every room; none starts afterwards.
  void stop();

 private:
  // Room::Listener
  void room_is_over(Room& room) override;
  void send_to_room(RoomCall call, ReplyTo reply) override { shared_.call(std::move(call), std::move(reply)); }

  const Shared& shared_;
  RouteCounterTable counters_;  // before the rooms, which count there
  SleepingRooms sleeping_;
  DynamicSupervisor supervisor_;
  const RoomContext context_;
  std::shared_ptr<const RoomRoutes> routes_;
  StringMap<std::unique_ptr<Room>> rooms_;
  bool stopped_ = false;
  std::uint64_t clients_made_;
  WeakThis<RoomShard> self_{this};
};

}  // namespace entmoot
