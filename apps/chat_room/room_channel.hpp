// SPDX-License-Identifier: MIT

#pragma once

// One client in one room (ChatRoomWeb.RoomChannel in the Elixir example): joining brings the history, "send_message"
// brings the message, and the room's "new_message" broadcasts go straight from PubSub to the client.
//
// Who joins with a name ({"name": "ann"}) is in company: he is seen by the others, sees them (presence_state, then
// presence_diff), may change the name ("rename") and show that he types ("typing"). Who joins without one is a client
// that knows nothing of this, such as QuickBEAM's page, and gets no frame of it.
//
// A presence's key is made by the server, one for each socket, and the name is in its meta: so a new name is an update
// of the same presence, and no name is ever an object's key in somebody's browser ("__proto__"). Two tabs are two
// presences, perhaps of one name.

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
  std::string name_;  // empty: not in company
  bool listed_ = false;
};

}  // namespace chat_room
