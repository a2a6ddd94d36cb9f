// SPDX-License-Identifier: MIT

#pragma once

// "room:*" of the conformance fixture (README.md beside this file): one client on one topic. What a join does is
// decided by the topic's name, what a message does by its event; each row of the two tables is one line in
// room_channel.cpp.

#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>

#include <string_view>

namespace conformance {

class RoomChannel final : public entmoot::Channel {
 public:
  RoomChannel(entmoot::PubSub& pubsub, entmoot::Presence& presence) : pubsub_(pubsub), presence_(presence) {
    intercept({"icpt"});
  }

  JoinResult join(std::string_view topic, const entmoot::Payload& payload) override;
  HandleResult handle_in(std::string_view event, const entmoot::Payload& payload) override;
  InfoResult handle_out(std::string_view event, const entmoot::Payload& payload) override;

 private:
  HandleResult handle_presence(std::string_view event, const entmoot::Payload& payload);
  HandleResult reply_later(const entmoot::Payload& payload);
  HandleResult append_ff(const entmoot::Payload& payload);
  HandleResult disconnect(const entmoot::Payload& payload);
  [[nodiscard]] Reply connect_parameters() const;

  entmoot::PubSub& pubsub_;
  entmoot::Presence& presence_;
};

}  // namespace conformance
