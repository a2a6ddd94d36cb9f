// SPDX-License-Identifier: MIT

#pragma once

// The commands that a room's script sends to the server through `room` and its clients (room.js): one typed vocabulary,
// decoded once, where the script's call arrives. Payloads are JSON texts or bytes; clients are named by their numbers.
//
// Values; a command takes effect when its turn has succeeded (core/effects.hpp).

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/phoenix/payload.hpp>
#include <entmoot/rooms/client_number.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace entmoot {

/// The longest name of an event, a topic or a presence that a script may pass, in bytes.
inline constexpr std::size_t room_name_bytes_max = 1024;
/// The longest message to clients or to another room, as JSON or bytes. Clients are sent no larger one: their outbox
/// (web/outbox.hpp) holds 1 MiB. Commands are decoded, copied and encoded in sections that cannot be preempted, so this
/// also bounds the time of one.
inline constexpr std::size_t room_message_bytes_max = 1'000'000;
inline constexpr const char* too_long_for_clients = "a message to clients must not exceed 1 MB";

namespace command {

/// room.broadcast(event, payload, {except}): to every joined client except `except`.
struct Broadcast {
  ClientNumber except = no_client;
  std::string event;
  Payload payload;
};
/// client.push(event, payload)
struct Push {
  ClientNumber client = no_client;
  std::string event;
  Payload payload;
};
/// client.leave(): its channel ends, its connection stays.
struct Leave {
  ClientNumber client = no_client;
};
/// client.disconnect(): its connection is closed.
struct Disconnect {
  ClientNumber client = no_client;
};
/// room.presence.track(client, key, meta)
struct Track {
  ClientNumber client = no_client;
  std::string key;
  JsonText meta;
};
/// room.presence.untrack(client, key)
struct Untrack {
  ClientNumber client = no_client;
  std::string key;
};
/// The script has accepted the client's join; the reply follows.
struct Joined {
  ClientNumber client = no_client;
};
/// The room uses presence: every client that joins gets presence_state.
struct UsePresence {};
/// room.send(topic, message, {start}): to another room's handleInfo.
struct Send {
  std::string topic;
  JsonText message;
  bool starts = false;  ///< The other room is started or woken if necessary.
};
/// room.stop(reason)
struct Stop {
  std::string reason;
};

}  // namespace command

using RoomCommand = std::variant<command::Broadcast, command::Push, command::Leave, command::Disconnect, command::Track,
                                 command::Untrack, command::Joined, command::UsePresence, command::Send, command::Stop>;

/// Decodes the command `name` of room.js with its operands in order. Errors: unknown command; wrong number or kinds of
/// operands; a payload that is neither an object nor bytes; a name or a message that is too long.
[[nodiscard]] Result<RoomCommand> decode_room_command(std::string_view name, std::span<const js::Value> operands);

}  // namespace entmoot
