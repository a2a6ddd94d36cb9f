// SPDX-License-Identifier: MIT

#pragma once

// "room:*" of the conformance fixture (README.md in this directory): one client on one topic. The topic's name decides
// the result of a join, the event the result of a message; each row of README's two tables is one line in
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
