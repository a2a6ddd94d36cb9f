// SPDX-License-Identifier: MIT

#pragma once

// Who may connect (everybody) and which channel serves which topic (ChatRoomWeb.UserSocket in the Elixir example).

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

/// Under which a client is present in its rooms: its own, and of no meaning to anybody else.
[[nodiscard]] std::string_view presence_key(const entmoot::Client& client);

}  // namespace chat_room
