// SPDX-License-Identifier: MIT

#pragma once

// What a room's script can ask of the server, besides what every script can: what `room` does (js/room.js, host.emit),
// what it knows (entmoot:room, entmoot:presence), `fetch`, and the handlers and BroadcastChannels that the app's
// configuration allows.
//
// What has an effect is held until the turn has succeeded (core/effects.hpp). A handler that fails is an exception in
// the script.

#include <entmoot/runtime/handlers.hpp>

namespace entmoot_app {

struct Home;
class Members;
class Room;

/// For an actor of `room`, as the app says now. All that is given outlives the actor.
[[nodiscard]] entmoot::Handlers room_handlers(Home& home, Room& room, Members& members);

}  // namespace entmoot_app
