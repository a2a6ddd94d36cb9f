// SPDX-License-Identifier: MIT

#pragma once

// One client's end of one room: what the client sends goes to the room's script, and what the script answers goes back.
// It keeps nothing but its name, so whatever the room knows of the client is in the room.
//
// Broadcasts go straight from PubSub to the client; those that the script intercepts go through its handleOut. Which
// these are the room says, with its answer to the join and whenever its code is replaced: a broadcast follows the list
// that the room had when it was made.

#include <entmoot/phoenix/channel.hpp>

#include <string>
#include <string_view>

namespace entmoot {

class Rooms;

class RoomChannel final : public Channel {
 public:
  explicit RoomChannel(Rooms& rooms) : rooms_(rooms) {}
  /// Tells the room, if that knows the client.
  ~RoomChannel() override;

  JoinResult join(std::string_view topic, const Payload& payload) override;
  HandleResult handle_in(std::string_view event, const Payload& payload) override;
  InfoResult handle_out(std::string_view event, const Payload& payload) override;
  void intercept_drained(ReplyTo drained) override;
  void terminate(ChannelEnd reason) override;

 private:
  Rooms& rooms_;
  std::string room_;  // the topic; empty: the room does not know the client
  std::string id_;
  std::string_view leave_reason_ = "closed";
};

}  // namespace entmoot
