// SPDX-License-Identifier: MIT

#pragma once

// One file of an app's rooms/: the topics it serves, and the program and limits of its rooms. Immutable, shared by all
// shards; a reload makes a new one.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/topic.hpp>
#include <entmoot/rooms/room_limits.hpp>
#include <entmoot/runtime/program.hpp>
#include <entmoot/runtime/secrets.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// The script's exports, as described by room.js.
struct RoomExports {
  std::optional<std::string> topic = {};
  std::optional<std::string> path = {};
  std::vector<std::string> intercept = {};
  std::set<std::string, std::less<>> functions = {};
  std::map<std::string, std::string, std::less<>> misspelt = {};  ///< Unknown names, and the known name probably meant.

  [[nodiscard]] static Result<RoomExports> from(const JsonText& description);
  [[nodiscard]] bool intercepts(std::string_view event) const {
    return std::ranges::find(intercept, event) != intercept.end();
  }
  [[nodiscard]] bool has(std::string_view function) const { return functions.contains(function); }
};

struct RoomRoute {
  std::string file;     ///< "rooms/chat.ts"
  std::string pattern;  ///< "room:*", or one topic
  TopicPattern topics;  ///< `pattern`, compiled.
  std::string path;     ///< The path of handleRequest: "/api/rooms/:id"; empty: not exported.
  RoomExports exports;
  RoomLimits limits;
  Program program;
  Secrets secrets = {};  ///< That the program knows.

  [[nodiscard]] bool serves(std::string_view topic) const { return topics.matches(topic); }
  /// What the `*` matches; the whole topic if there is none.
  [[nodiscard]] std::string_view id_of(std::string_view topic) const {
    return pattern.ends_with('*') ? topic.substr(pattern.size() - 1) : topic;
  }
  /// The maximum length of a room's topic, which is stored, logged and sent with each message.
  static constexpr std::size_t topic_bytes_max = 255;
  [[nodiscard]] std::string topic_of(std::string_view id) const {
    return pattern.ends_with('*') ? pattern.substr(0, pattern.size() - 1) + std::string(id) : pattern;
  }
};

}  // namespace entmoot
