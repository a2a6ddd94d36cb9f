// SPDX-License-Identifier: MIT

#pragma once

// The messages to a room, in order of arrival: calls of its actor, and broadcasts that the clients' channels intercept,
// which return to the room once for each client.
//
// Values; a room queues them while its code is replaced (rooms/room_reload).

#include <entmoot/otp/mailbox.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/payload.hpp>
#include <entmoot/rooms/client_number.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace entmoot {

/// A broadcast to one client that its channel has intercepted. The version that the room runs when the message is
/// processed decides: it goes through handleOut or, if that version does not intercept the event, to the client
/// unchanged.
struct InterceptedBroadcast {
  ClientNumber client = no_client;
  std::string event;
  Payload payload;
};

/// A channel intercepts fewer events than before. The reply follows when every InterceptedBroadcast that it sent
/// before, of an event that is no longer intercepted, has been passed on.
struct InterceptBarrier {
  ReplyTo reply;
};

using RoomMessage = std::variant<Envelope, InterceptedBroadcast, InterceptBarrier>;

/// Rejects the message: its reply, if any, is the error `why`.
[[nodiscard]] inline std::size_t size_of(const RoomMessage& message) noexcept {
  if (const auto* call = std::get_if<Envelope>(&message)) return call->size();
  const auto* broadcast = std::get_if<InterceptedBroadcast>(&message);
  if (!broadcast) return sizeof(RoomMessage);
  return sizeof(RoomMessage) + broadcast->event.size() + broadcast->payload.bytes().size();
}

inline void refuse(RoomMessage message, const Error& why) {
  if (auto* call = std::get_if<Envelope>(&message)) std::move(call->reply)(why);
  if (auto* barrier = std::get_if<InterceptBarrier>(&message)) std::move(barrier->reply)(why);
}

}  // namespace entmoot
