// SPDX-License-Identifier: MIT

#pragma once

// Validation of messages, names and room names before they reach a room: the same rules for a channel's push and an
// HTTP request.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace chat_room {

inline constexpr std::size_t room_bytes_max = 200;         ///< Of a room's name in UTF-8.
inline constexpr std::size_t sender_characters_max = 100;  ///< Code points, as the page counts them.
inline constexpr std::size_t text_characters_max = 4000;

struct Message {
  std::string sender;
  std::string text;

  /// Parses the JSON object {"sender", "text"}.
  [[nodiscard]] static entmoot::Result<Message> parse(std::string_view json);
};

/// The name in the payload of a join, {"name"}, validated like a sender; empty if the payload has none.
[[nodiscard]] entmoot::Result<std::string> joining_name(std::string_view payload);
/// {"name"}
[[nodiscard]] entmoot::Result<std::string> new_name(std::string_view json);
/// {"typing": true or false}
[[nodiscard]] entmoot::Result<bool> is_typing(std::string_view json);

/// The name of a room: not empty, not too long.
[[nodiscard]] entmoot::Result<std::string> room_of(std::string_view name);

/// {"reason": …}
[[nodiscard]] entmoot::JsonText reason(const entmoot::Error& error);

}  // namespace chat_room
