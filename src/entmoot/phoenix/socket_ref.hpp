// SPDX-License-Identifier: MIT

#pragma once

// "Reply later": which client waits for the answer to which ref (Phoenix.Channel.socket_ref/1 and reply/2). Without its
// ref it is an address of the channel (a pid in Phoenix): who keeps it can push to the client and end its stay.
//
// A value that may be kept, copied and taken to any thread. It names the client by number, so it may outlive the
// socket and the channel: what is sent to a channel that is gone (left, crashed, joined anew) is dropped silently.
//
// What is sent inside an actor's turn is held until the turn has succeeded (core/effects.hpp). What one thread sends to
// one channel arrives in that order; before the channel has joined it waits (ChannelServer::early_max).
//
// From: phoenix/channel, then any actor.  To: phoenix/socket on the client's shard.

#include <entmoot/base/json.hpp>
#include <entmoot/phoenix/message.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class Shard;
class SocketTable;
enum class ChannelEnd : std::uint8_t;

/// One client of one shard's SocketTable.
enum class SocketId : std::uint64_t { none = 0 };

struct SocketRef {
  Shard* shard = nullptr;          ///< where the client lives
  SocketTable* sockets = nullptr;  ///< touched on `shard` only
  SocketId socket = SocketId::none;
  std::string topic;
  std::uint64_t incarnation = 0;  ///< which of the channels that this socket has had on the topic
  Ref ref;
  bool joins = false;  ///< it is the join that waits
};

/// Any thread, any time, also repeatedly (clients use the first). For a join that waits, "ok" completes it and any
/// other status refuses it.
void reply(const SocketRef& to, std::string_view status, Payload response = empty_object());

/// To the channel's client. An object or bytes; with anything else the channel crashes.
void push(const SocketRef& to, std::string_view event, Payload payload);
/// Ends the channel as if one of its callbacks had answered Stop: the client sees phx_close, or phx_error for a crash.
void stop(const SocketRef& to, ChannelEnd reason);
/// As if the channel called intercept(): for broadcasts that this thread makes behind it, and not for those before.
void intercept(const SocketRef& to, std::vector<std::string> events);
/// Closes the client's whole connection with 1001 (the "disconnect" broadcast, for one socket).
void disconnect(const SocketRef& to);

}  // namespace entmoot
