// SPDX-License-Identifier: MIT

#pragma once

// Accepts every client and routes topics to channels (ChatRoomWeb.UserSocket in the Elixir example).

#include "room_channel.hpp"

#include <entmoot/phoenix/user_socket.hpp>

#include <string_view>

namespace chat_room {

class UserSocket final : public entmoot::UserSocket {
 public:
  UserSocket(Rooms& rooms, entmoot::Presence& presence);

  /// Gives the client its presence_key().
  [[nodiscard]] entmoot::Result<entmoot::Client> connect(entmoot::Client client) const override;
};

/// The random key of the client's presences, unique to its socket.
[[nodiscard]] std::string_view presence_key(const entmoot::Client& client);

}  // namespace chat_room
