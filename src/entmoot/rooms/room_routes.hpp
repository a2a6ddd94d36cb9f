// SPDX-License-Identifier: MIT

#pragma once

// The rooms of an app: their topics, programs and limits; the part of an app that a reload replaces. Immutable, shared
// by all shards; a reload makes a new one.

#include <entmoot/base/result.hpp>
#include <entmoot/rooms/room_route.hpp>

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct RoomRoutes {
  /// Exact topics before prefixes, longer prefixes before shorter ones.
  std::vector<std::shared_ptr<const RoomRoute>> routes = {};
  /// The Beam.call handlers that rooms may use: "broadcast", "send".
  std::vector<std::string> handlers = {"broadcast"};
  /// Maps a BroadcastChannel's name to the event under which its messages are broadcast to the room's clients.
  std::map<std::string, std::string> broadcast_channels = {{"chat", "new_message"}};

  /// The route that serves `topic`; null if there is none.
  [[nodiscard]] std::shared_ptr<const RoomRoute> route_of(std::string_view topic) const {
    for (const auto& route : routes) {
      if (route->serves(topic)) return route;
    }
    return nullptr;
  }
  /// The route of a topic that somebody has chosen, if it can name a room.
  [[nodiscard]] Result<std::shared_ptr<const RoomRoute>> find(std::string_view topic) const {
    if (topic.size() > RoomRoute::topic_bytes_max) {
      return fail(ErrorCode::limit, fmt::format("topic too long: the limit is {} bytes", RoomRoute::topic_bytes_max));
    }
    auto route = route_of(topic);
    if (!route) return fail(ErrorCode::not_found, "unmatched topic");
    if (route->id_of(topic).empty()) return fail(ErrorCode::invalid, "the topic has no room id");
    return route;
  }
};

}  // namespace entmoot
