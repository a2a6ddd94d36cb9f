// SPDX-License-Identifier: MIT

#pragma once

// All rooms of a node, by topic, started on first use. Any thread may call; a room lives on shards.home_of(topic) and
// everything about it is done there. Answers find their own way home (otp/reply_to).
//
// Bounds: RoomsOptions; a room that cannot be started is an answer that says why.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/rooms/room_shard.hpp>
#include <entmoot/runtime/js_shard.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class Rooms {
 public:
  /// Before the shards start. All outlive the rooms.
  Rooms(Shards& shards, const PerShard<JsShard>& js, const RoomServices& services, RoomsOptions options,
        const std::shared_ptr<const RoomRoutes>& routes);
  ~Rooms();

  // --- any thread

  /// A channel's join: the room is started if need be.
  void join(std::string_view topic, JoiningClient client, Envelope message, ReplyTo reply);
  void leave(std::string_view topic, std::string client, std::string_view reason);
  /// A message of somebody at `address` that starts the room if need be: an HTTP request.
  void request(std::string_view topic, std::string address, Envelope message, ReplyTo reply);
  /// A message to the room if it is running; else the answer is `not_found`.
  void call(std::string_view topic, Envelope message, ReplyTo reply);
  /// What the channel of a client has intercepted returns to its room, if that still exists.
  void take_back(std::string_view topic, InterceptedBroadcast message);
  /// Answers when what was taken back before has gone its way (InterceptBarrier).
  void await_intercepted(std::string_view topic, ReplyTo reply);
  /// Ends the room by force. Answers null; or `not_found`.
  void kill(std::string_view topic, ReplyTo reply);
  /// Reports all rooms, sorted by topic, on the first shard.
  void list(UniqueFunction<void(std::vector<RoomInfo>)> report);
  /// From now on rooms run the code of `routes`: live ones reload, each by itself.
  void use(std::shared_ptr<const RoomRoutes> routes);

  // --- each shard

  /// The routes as this shard knows them.
  [[nodiscard]] const RoomRoutes& routes_here() const { return rooms_.local().routes(); }
  /// Ends every room of this shard and starts no more. Before the shard's loop ends.
  void stop_here() { rooms_.local().stop(); }

  [[nodiscard]] const RoomsOptions& options() const noexcept { return options_; }

 private:
  /// Runs `step(RoomShard&)` on the topic's shard.
  template <class Step>
  void at_home(std::string_view topic, Step step);
  /// Runs `step(Room&, ReplyTo)` with the room if it exists, or answers that it does not.
  template <class Step>
  void with_running(std::string_view topic, ReplyTo reply, Step step);

  Shards& shards_;
  const RoomsOptions options_;
  RoomQuota quota_;
  const RoomShard::Shared shared_;
  PerShard<RoomShard> rooms_;
};

}  // namespace entmoot
