// SPDX-License-Identifier: MIT

#pragma once

// The functions available to a room's script besides those of every script: the commands of `room` (room_command), its
// queries (entmoot:room, entmoot:presence), the handlers and BroadcastChannels that the app's configuration allows, and
// those that the node adds (RoomsOptions::add_handlers).
//
// Effects are held until the turn has succeeded (core/effects.hpp). A failed handler is an exception in the script.

#include <entmoot/rooms/room.hpp>
#include <entmoot/runtime/handlers.hpp>

#include <memory>

namespace entmoot {

/// The objects that a room's script acts on. All outlive the actor.
struct RoomAccess {
  const RoomContext& context;
  Room& room;
  RoomMembers& members;
  Room::Listener& listener;
  std::shared_ptr<LimitedLog> log;
  BroadcastCounter* counter = nullptr;  ///< Of the actor's broadcasts; null: they have no offsets.
};

/// Makes the handlers of an actor of the room, for the node's current routes.
[[nodiscard]] Handlers room_handlers(const RoomAccess& access);

}  // namespace entmoot
