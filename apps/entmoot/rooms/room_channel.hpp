// SPDX-License-Identifier: MIT

#pragma once

// One client's end of one room: what it sends goes to the room's script, and what the script answers goes back. It
// keeps nothing itself but its name, so whatever the room knows of the client is in the room.
//
// Broadcasts go straight from PubSub to the client; those that the script intercepts take the way through its
// handleOut. Which these are the room says, with its answer to the join and whenever its code is replaced: a broadcast
// goes by the list that the room had when it was made.

#include "route.hpp"

#include <entmoot/phoenix/channel.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot_app {

class Rooms;

class RoomChannel final : public entmoot::Channel {
 public:
  explicit RoomChannel(Rooms& rooms) : rooms_(rooms) {}
  /// Tells the room, if it was told of the client.
  ~RoomChannel() override;

  JoinResult join(std::string_view topic, const entmoot::Payload& payload) override;
  HandleResult handle_in(std::string_view event, const entmoot::Payload& payload) override;
  InfoResult handle_out(std::string_view event, const entmoot::Payload& payload) override;
  void handled_out(entmoot::ReplyTo passed) override;
  void terminate(entmoot::ChannelEnd reason) override;

 private:
  Rooms& rooms_;
  std::string room_;  // the topic; empty: the room does not know of the client
  std::string id_;
  std::string_view leaves_because_ = "closed";
};

}  // namespace entmoot_app
