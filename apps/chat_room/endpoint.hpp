// SPDX-License-Identifier: MIT

#pragma once

// The HTTP routes of the chat (ChatRoomWeb.Endpoint in the Elixir example):
//
//   GET    /                          the page
//   WS     /socket/websocket          the channels
//   GET    /api/rooms/:id             {"messageCount", "mayKill"}: the latter is whether the caller may kill the room
//   POST   /api/rooms/:id/messages    {"sender", "text"} → 201 and the message
//   DELETE /api/rooms/:id             kills the room → 204; only for callers on this machine

#include "room.hpp"

#include <entmoot/node/node.hpp>

namespace chat_room {

/// Mounts the routes and the socket, and returns the socket's mount. `rooms` and `user_socket` outlive the node's run.
entmoot::SocketMount& mount(entmoot::Node& node, Rooms& rooms, const entmoot::UserSocket& user_socket,
                            const entmoot::WebSocketOptions& websocket);

}  // namespace chat_room
