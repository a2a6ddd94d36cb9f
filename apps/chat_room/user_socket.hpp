// SPDX-License-Identifier: MIT

#pragma once

// Who may connect (everybody) and which channel serves which topic (ChatRoomWeb.UserSocket in the Elixir example).

#include "room_channel.hpp"

#include <entmoot/phoenix/user_socket.hpp>

#include <memory>

namespace chat_room {

class UserSocket final : public entmoot::UserSocket {
 public:
  explicit UserSocket(Rooms& rooms) {
    channel("room:*", [&rooms] { return std::make_unique<RoomChannel>(rooms); });
  }
};

}  // namespace chat_room
