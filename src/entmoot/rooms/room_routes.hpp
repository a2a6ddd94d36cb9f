// SPDX-License-Identifier: MIT

#pragma once

// Which topics are rooms, and what each room runs: the part of an app that a reload replaces. Immutable, shared by all
// shards; a reload makes another one.

#include <entmoot/rooms/room_route.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct RoomRoutes {
  /// Exact topics before prefixes, longer prefixes before shorter ones.
  std::vector<std::shared_ptr<const RoomRoute>> routes = {};
  /// Which of Beam.call's handlers rooms may use: "broadcast", "send".
  std::vector<std::string> handlers = {"broadcast"};
  /// Name of a BroadcastChannel to the event under which its messages reach the room's clients.
  std::map<std::string, std::string> broadcast_channels = {{"chat", "new_message"}};

  /// The route that serves `topic`; null if there is none.
  [[nodiscard]] std::shared_ptr<const RoomRoute> route_of(std::string_view topic) const {
    for (const auto& route : routes) {
      if (route->serves(topic)) return route;
    }
    return nullptr;
  }
};

}  // namespace entmoot
