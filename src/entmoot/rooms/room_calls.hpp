// SPDX-License-Identifier: MIT

#pragma once

// room.call(topic, message, {timeout}): a request of a room to another one, which is started or woken for it, and whose
// handleCall answers (GenServer.call/3 as a promise: the caller goes on with other messages, so two rooms that call
// each other do not wait for each other for ever).
//
// The call is sent when its turn has succeeded. It is answered once: by the other room, with the error with which that
// room refused or ended, or when its time is over. A call that was timed out may still be carried out.
//
// Bounds: the caller's pending calls (Budget::handler_calls_max), `room_message_bytes_max` for the message and for the
// reply, and what any message to a room is bounded by.

#include <entmoot/rooms/room_handlers.hpp>
#include <entmoot/runtime/handlers.hpp>

namespace entmoot {

/// The handler behind room.call (room.js): "entmoot:call" with [topic, message, milliseconds]. The answer is {value},
/// or {refusal} if the other room threw a Refusal.
void add_room_calls(const RoomAccess& access, Handlers& handlers);

}  // namespace entmoot
