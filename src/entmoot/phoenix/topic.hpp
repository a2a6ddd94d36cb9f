// SPDX-License-Identifier: MIT

#pragma once

// Topics, and the patterns that route them to channels (Phoenix.Socket.channel/3).
//
// A pattern is an exact topic, or a prefix followed by `*`. The rest may be empty: "room:" matches "room:*".

#include <string>
#include <string_view>

namespace entmoot {

class TopicPattern {
 public:
  /// Throws std::invalid_argument if there is a `*` anywhere but at the end (a programming error).
  explicit TopicPattern(std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view topic) const noexcept;

 private:
  std::string text_;  // without the '*'
  bool is_prefix_;
};

/// The part after the first ':', or nothing: "lobby" of "room:lobby".
[[nodiscard]] std::string_view subtopic(std::string_view topic) noexcept;

}  // namespace entmoot
