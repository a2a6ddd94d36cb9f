// SPDX-License-Identifier: MIT

#pragma once

// What is sent to a room, in order of arrival. Most of it is for the room's actor; the rest is about broadcasts that
// the clients' channels intercept, which return to the room once for each client.
//
// Values; a room queues them while its code is replaced (rooms/room_reload).

#include <entmoot/otp/mailbox.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/payload.hpp>

#include <string>
#include <utility>
#include <variant>

namespace entmoot {

/// A broadcast on its way to one client, which its channel has intercepted. The code that the room runs when the
/// message is taken decides: it goes through handleOut or, if that code does not intercept the event, to the client
/// unchanged.
struct InterceptedBroadcast {
  std::string client;
  std::string event;
  Payload payload;
};

/// A channel intercepts fewer events than before: answered when every InterceptedBroadcast that it sent before, of an
/// event that nobody intercepts any more, has been passed on.
struct InterceptBarrier {
  ReplyTo reply;
};

using RoomMessage = std::variant<Envelope, InterceptedBroadcast, InterceptBarrier>;

/// Answers whoever waits for the message with `why`; nobody takes it.
inline void refuse(RoomMessage message, const Error& why) {
  if (auto* call = std::get_if<Envelope>(&message)) std::move(call->reply)(why);
  if (auto* barrier = std::get_if<InterceptBarrier>(&message)) std::move(barrier->reply)(why);
}

}  // namespace entmoot
