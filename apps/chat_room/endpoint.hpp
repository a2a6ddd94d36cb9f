// SPDX-License-Identifier: MIT

#pragma once

// What the chat answers over HTTP (ChatRoomWeb.Endpoint in the Elixir example):
//
//   GET    /                          the page
//   WS     /socket/websocket          the channels
//   GET    /api/rooms/:id             {"messageCount", "mayKill"}: the latter says whether the visitor may
//   POST   /api/rooms/:id/messages    {"sender", "text"} → 201 and the message
//   DELETE /api/rooms/:id             kills the room → 204; only for callers on this machine

#include "room.hpp"

#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/web/endpoint.hpp>

namespace chat_room {

/// Mounts all of it. `rooms` and `sockets` outlive the endpoint.
void mount(entmoot::Endpoint& endpoint, Rooms& rooms, entmoot::SocketMount& sockets,
           const entmoot::WebSocketOptions& websocket);

}  // namespace chat_room
