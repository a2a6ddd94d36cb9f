// SPDX-License-Identifier: MIT

#pragma once

// The UserSocket of a node's rooms. Any client may connect, or only one with a valid token, in `params.token` or,
// preferably, in the `authToken` option of phoenix.js. Every topic is a room's, except those of further channels.

#include <entmoot/node/tokens.hpp>
#include <entmoot/phoenix/user_socket.hpp>
#include <entmoot/rooms/rooms.hpp>

#include <string>
#include <utility>
#include <vector>

namespace entmoot {

/// Topic patterns and their channels.
using ChannelRoutes = std::vector<std::pair<std::string, ChannelFactory>>;

class RoomSocket final : public UserSocket {
 public:
  /// `channels` take precedence over the rooms.
  RoomSocket(Rooms& rooms, Tokens tokens, const ChannelRoutes& channels);

  [[nodiscard]] Result<Client> connect(Client client) const override;

 private:
  const Tokens tokens_;
};

}  // namespace entmoot
