// SPDX-License-Identifier: MIT

#pragma once

// Shared by the fuzzers of whole sessions: the format of an input, and the shape required of every text frame we send.
//
// An input is a list of lines, so that a corpus is readable and mutations keep lines together:
// the first byte of a line is a verb, the rest is its operand.

#include <entmoot/base/json.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace entmoot::fuzz {

inline void require(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: an invariant does not hold\n", file, line);
  std::abort();
}

inline constexpr std::size_t lines_max = 64;  // per input; more only makes the search slower

/// Calls `act(verb, rest)` for each line.
template <class Act>
void tell(const std::uint8_t* data, std::size_t size, Act&& act) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (std::size_t i = 0; i < lines_max && !rest.empty(); ++i) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? line.size() : line.size() + 1);
    if (!line.empty()) act(line[0], line.substr(1));
  }
}

/// `text` with 0 for every number, because Boost's parser does not read all that a client may write. White space
/// between the tokens is an error: what we write is compact.
inline std::string with_plain_numbers(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    require(c != ' ' && c != '\t' && c != '\n' && c != '\r');
    if (c == '"') {
      auto end = at + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2u : 1u;
      require(end < text.size());
      out += text.substr(at, end + 1 - at);
      at = end + 1;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      out += '0';
      at = std::min(text.find_first_not_of("-+.eE0123456789", at), text.size());
    } else {
      out += c;
      ++at;
    }
  }
  return out;
}

/// Compact JSON of one of the two shapes: version 2's array of five or version 1's object of four.
inline void check_text_frame(std::string_view frame) {
  boost::json::error_code error;
  boost::json::parse_options deeper;
  deeper.max_depth = json_wrapped_depth_max;
  const auto value = boost::json::parse(with_plain_numbers(frame), error, {}, deeper);
  require(!error);
  if (const auto* parts = value.if_array()) {
    return require(parts->size() == 5 && (*parts)[3].is_string() && (*parts)[4].is_object());
  }
  require(value.is_object());
  const auto& members = value.get_object();
  require(members.size() == 4 && members.contains("topic") && members.contains("ref"));
  require(members.at("event").is_string() && members.at("payload").is_object());
}

}  // namespace entmoot::fuzz
