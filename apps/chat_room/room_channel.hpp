// SPDX-License-Identifier: MIT

#pragma once

// One client in one room (ChatRoomWeb.RoomChannel in the Elixir example): joining brings the history, "send_message"
// brings the message, and the room's "new_message" broadcasts go straight from PubSub to the client.

#include "room.hpp"

#include <entmoot/phoenix/channel.hpp>

#include <string>

namespace chat_room {

class RoomChannel final : public entmoot::Channel {
 public:
  explicit RoomChannel(Rooms& rooms) : rooms_(rooms) {}

  JoinResult join(std::string_view topic, const entmoot::Payload& payload) override;
  HandleResult handle_in(std::string_view event, const entmoot::Payload& payload) override;

 private:
  Rooms& rooms_;
  std::string room_;
};

}  // namespace chat_room
