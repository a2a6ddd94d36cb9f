// SPDX-License-Identifier: MIT

#pragma once

// The channel of one client in one room: passes the client's messages to the room's script and the script's replies
// back. It stores only the room's and the client's name; everything the room knows of the client is in the room.
//
// Broadcasts go directly from PubSub to the client; those that the script intercepts go through its handleOut. The room
// sends the list of intercepted events with the reply to the join and whenever its code is replaced. A broadcast
// follows the list in effect when it was made.

#include <entmoot/phoenix/channel.hpp>
#include <entmoot/rooms/client_number.hpp>

#include <string>
#include <string_view>

namespace entmoot {

class Rooms;
struct RouteCounters;

class RoomChannel final : public Channel {
 public:
  explicit RoomChannel(Rooms& rooms) : rooms_(rooms) {}
  /// Removes the client from the room, if it was added.
  ~RoomChannel() override;

  JoinResult join(std::string_view topic, const Payload& payload) override;
  HandleResult handle_in(std::string_view event, const Payload& payload) override;
  InfoResult handle_out(std::string_view event, const Payload& payload) override;
  void intercept_drained(ReplyTo drained) override;
  void terminate(ChannelEnd reason) override;

 private:
  [[nodiscard]] HandleResult joined(const Result<Answer>& result, TimePoint asked) const;

  Rooms& rooms_;
  RouteCounters* counters_ = nullptr;  // of its route, on its shard; set by join()
  std::string room_;                   // the topic; empty: the client has not been added to the room
  ClientNumber number_ = no_client;
  std::string_view leave_reason_ = "closed";
};

}  // namespace entmoot
