// SPDX-License-Identifier: MIT

#pragma once

// The UserSocket of the conformance fixture.

#include "room_channel.hpp"

#include <entmoot/phoenix/query.hpp>
#include <entmoot/phoenix/user_socket.hpp>

#include <memory>
#include <string>

namespace conformance {

class UserSocket final : public entmoot::UserSocket {
 public:
  UserSocket(entmoot::PubSub& pubsub, entmoot::Presence& presence) {
    channel("room:*", [&pubsub, &presence] { return std::make_unique<RoomChannel>(pubsub, presence); });
  }

  /// `reject=1` refuses, `reject=2` refuses with a reason, `id=X` names the socket; other clients are accepted.
  [[nodiscard]] entmoot::Result<entmoot::Client> connect(entmoot::Client client) const override {
    if (const auto* reject = entmoot::find_string(client.params, "reject")) {
      if (*reject == "1") return entmoot::fail(entmoot::ErrorCode::unauthorized, "");
      if (*reject == "2") return entmoot::fail(entmoot::ErrorCode::unauthorized, "not today");
    }
    if (const auto* id = entmoot::find_string(client.params, "id")) client.id = std::string(*id);
    return client;
  }
};

}  // namespace conformance
