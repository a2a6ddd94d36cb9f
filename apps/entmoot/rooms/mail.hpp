// SPDX-License-Identifier: MIT

#pragma once

// What is sent to a room, in the order in which it comes. Most of it is for the room's actor; the rest is about
// broadcasts that the clients' channels intercept, which come back to the room for each client.
//
// Values, in a room's own queue while its code is replaced.

#include <entmoot/otp/mailbox.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/payload.hpp>

#include <string>
#include <utility>
#include <variant>

namespace entmoot_app {

/// A broadcast on its way to one client, which its channel has intercepted. The code that the room runs when its turn
/// comes decides: it goes through handleOut, or, if that code does not intercept the event, to the client as it is.
struct Outgoing {
  std::string client;
  std::string event;
  entmoot::Payload payload;
};

/// A channel intercepts less than before: it is answered when every Outgoing that it has sent before and that nobody
/// intercepts any more has been passed on.
struct AllPassed {
  entmoot::ReplyTo reply;
};

using Mail = std::variant<entmoot::Envelope, Outgoing, AllPassed>;

/// It is taken by nobody.
inline void refuse(Mail mail, const std::string& why) {
  if (auto* call = std::get_if<entmoot::Envelope>(&mail)) std::move(call->reply)(entmoot::fail(why));
  if (auto* waits = std::get_if<AllPassed>(&mail)) std::move(waits->reply)(entmoot::fail(why));
}

}  // namespace entmoot_app
