// SPDX-License-Identifier: MIT

#pragma once

// One client in one room (ChatRoomWeb.RoomChannel in the Elixir example): the reply to the join is the history, that to
// "send_message" the message, and the room's "new_message" broadcasts go directly from PubSub to the client.
//
// A client that joins with a name ({"name": "ann"}) is listed in Presence, receives presence_state and presence_diff,
// can change its name ("rename") and report that it is typing ("typing"). A client that joins without a name, such as
// QuickBEAM's page, receives none of these events.
//
// The server generates the key of a presence, one for each socket; the name is in its meta. So a new name updates the
// same presence, and no name ("__proto__") becomes an object key in a browser. Two tabs are two presences, possibly
// with the same name.

#include "room.hpp"

#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/presence.hpp>

#include <string>

namespace chat_room {

class RoomChannel final : public entmoot::Channel {
 public:
  RoomChannel(Rooms& rooms, entmoot::Presence& presence) : rooms_(rooms), presence_(presence) {}

  JoinResult join(std::string_view topic, const entmoot::Payload& payload) override;
  HandleResult handle_in(std::string_view event, const entmoot::Payload& payload) override;
  InfoResult handle_out(std::string_view event, const entmoot::Payload& payload) override;

 private:
  HandleResult handle_message(std::string_view json);
  HandleResult handle_rename(std::string_view json);
  HandleResult handle_typing(std::string_view json);
  void appear();

  Rooms& rooms_;
  entmoot::Presence& presence_;
  std::string room_;
  std::string name_;  // empty if the client joined without a name
  bool listed_ = false;
};

}  // namespace chat_room
