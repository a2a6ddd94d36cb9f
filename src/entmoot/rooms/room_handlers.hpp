// SPDX-License-Identifier: MIT

#pragma once

// What a room's script can ask of the server, besides what every script can: the commands of `room` (room_command),
// what it can look up (entmoot:room, entmoot:presence), the handlers and BroadcastChannels that the app's configuration
// allows, and what the node adds (RoomsOptions::add_handlers).
//
// What has an effect is held until the turn has succeeded (core/effects.hpp). A handler that fails is an exception in
// the script.

#include <entmoot/rooms/room.hpp>
#include <entmoot/runtime/handlers.hpp>

#include <memory>

namespace entmoot {

/// The parts that a room's script acts on. All outlive the actor.
struct RoomAccess {
  const RoomContext& context;
  Room& room;
  RoomMembers& members;
  Room::Listener& listener;
  std::shared_ptr<LimitedLog> log;
};

/// For an actor of the room, as the node's routes are now.
[[nodiscard]] Handlers room_handlers(const RoomAccess& access);

}  // namespace entmoot
