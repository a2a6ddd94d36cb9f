// SPDX-License-Identifier: MIT

#pragma once

// For replying later: identifies the client and the ref that await a reply (Phoenix.Channel.socket_ref/1 and reply/2).
// Without a ref it is an address of the channel (a pid in Phoenix), through which any actor can push to the client or
// end the channel.
//
// A value that may be kept, copied and moved to any thread. It names the client by number, so it may outlive the socket
// and the channel: messages to a channel that no longer exists (left, crashed, joined again) are dropped silently.
//
// Messages sent inside an actor's turn are held until the turn has succeeded (core/effects.hpp). Messages from one
// thread to one channel arrive in order; they wait until the channel has joined (ChannelServer::early_max).
//
// From: phoenix/channel, any actor.  To: phoenix/socket on the client's shard.

#include <entmoot/base/json.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/phoenix/message.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class Fastlane;
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
  std::uint64_t incarnation = 0;  ///< distinguishes the successive channels of this socket on the topic
  Ref ref;
  bool joins = false;  ///< the join awaits the reply
};

/// Any thread, at any time, also repeatedly (clients use the first reply). For a pending join, "ok" completes it and
/// any other status refuses it.
void reply(const SocketRef& to, std::string_view status, Payload response = empty_object());

/// Pushes to the channel's client. `payload` is an object or bytes; anything else crashes the channel.
void push(const SocketRef& to, std::string_view event, Payload payload);
/// As above; `payload` is called on the client's shard, in the step that pushes its result. For a state whose changes
/// are sent by other means: a change before that step is in the state, a later change is sent after it.
void push(const SocketRef& to, std::string_view event, UniqueFunction<Payload()> payload);
/// Sends broadcasts of the channel's topic that its client has missed, as they were sent to others.
void resend(const SocketRef& to, std::vector<std::shared_ptr<const Fastlane>> missed);
/// Ends the channel as if a callback had returned Stop: the client gets phx_close, or phx_error for a crash.
void stop(const SocketRef& to, ChannelEnd reason);
/// As if the channel called intercept(). Applies to later broadcasts of this thread, not to earlier ones.
void intercept(const SocketRef& to, std::vector<std::string> events);
/// Closes the client's whole connection with 1001 (the "disconnect" broadcast, for one socket).
void disconnect(const SocketRef& to);

}  // namespace entmoot
