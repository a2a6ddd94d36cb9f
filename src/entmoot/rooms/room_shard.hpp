// SPDX-License-Identifier: MIT

#pragma once

// The rooms of one shard, by topic, started on first use, with their supervisor and the states of those that sleep.
//
// One a shard, touched by its thread only. Rooms reaches it from any thread.

#include <entmoot/base/result.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/rooms/room.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_quota.hpp>
#include <entmoot/rooms/room_routes.hpp>
#include <entmoot/rooms/rooms_options.hpp>
#include <entmoot/rooms/sleeping_rooms.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// The parts of a node that rooms are built on.
struct RoomServices {
  Registry& registry;
  PubSub& pubsub;
  Presence& presence;
};

class RoomShard final : private Room::Listener {
 public:
  /// What all shards share: the node's quota, and how a room reaches another one, on whatever shard. All outlive it.
  struct Shared {
    const RoomsOptions& options;
    RoomQuota& quota;
    std::function<void(std::string_view topic, Envelope message, ReplyTo reply)> call;
  };
  RoomShard(Shard& shard, JsShard& js, const RoomServices& services, const Shared& shared);
  ~RoomShard() override;

  /// Runs these routes from now on: live rooms whose code is another one now reload, each by itself.
  void use(std::shared_ptr<const RoomRoutes> routes);
  [[nodiscard]] const RoomRoutes& routes() const override { return *routes_; }

  /// The room, started for a client at `address` (empty: for none) if need be.
  [[nodiscard]] Result<Room*> find_or_start(const std::string& topic, std::string_view address);
  /// The room, if it exists. The error is `not_found`.
  [[nodiscard]] Result<Room*> find(std::string_view topic);
  [[nodiscard]] std::vector<RoomInfo> list() const;
  /// Ends every room and starts no more.
  void stop();

 private:
  // Room::Listener
  void room_is_over(Room& room) override;
  void send_to_room(std::string_view topic, const JsonText& message, ReplyTo reply) override;

  const Shared& shared_;
  SleepingRooms sleeping_;
  DynamicSupervisor supervisor_;
  const RoomContext context_;
  std::shared_ptr<const RoomRoutes> routes_;
  StringMap<std::unique_ptr<Room>> rooms_;
  bool stopped_ = false;
  WeakThis<RoomShard> self_{this};
};

}  // namespace entmoot
