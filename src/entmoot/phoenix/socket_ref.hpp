// SPDX-License-Identifier: MIT

#pragma once

// "Reply later": which client waits for the answer to which ref (Phoenix.Channel.socket_ref/1 and reply/2).
//
// A value that may be kept, copied and taken to any thread. It names the client by number, so it may outlive the
// socket and the channel: an answer to a channel that is gone (left, crashed, joined anew) is dropped silently.
//
// An answer given inside an actor's turn is held until the turn has succeeded (core/effects.hpp).
//
// From: phoenix/channel, then any actor.  To: phoenix/socket on the client's shard.

#include <entmoot/base/json.hpp>
#include <entmoot/phoenix/message.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace entmoot {

class Shard;
class SocketTable;

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

}  // namespace entmoot
