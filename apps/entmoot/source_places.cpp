// SPDX-License-Identifier: MIT

#include "source_places.hpp"

#include <algorithm>

namespace entmoot_app {

namespace {

constexpr auto nowhere = static_cast<std::size_t>(-1);

bool is_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_' || letter == '$';
}

/// The end of the comment that begins at `at`, or `at` if there is none.
std::size_t skip_comment(std::string_view source, std::size_t at) {
  if (source.substr(at, 2) == "//") return std::min(source.find('\n', at), source.size());
  if (source.substr(at, 2) != "/*") return at;
  const auto end = source.find("*/", at + 2);
  return end == std::string_view::npos ? source.size() : end + 2;
}

/// The closing quote of the string that begins at `at`.
std::size_t end_of_string(std::string_view source, std::size_t at) {
  const char quote = source[at];
  for (++at; at < source.size() && source[at] != quote; ++at) {
    if (source[at] == '\\') ++at;
  }
  return std::min(at, source.size());
}

}  // namespace

SourcePlaces::SourcePlaces(std::string_view source) : source_(source) {
  for (std::size_t at = 0; at < source.size();) {
    const char letter = source[at];
    if (const auto behind = skip_comment(source, at); behind != at) {
      at = behind;
    } else if (letter == '"' || letter == '\'' || letter == '`') {
      const auto end = end_of_string(source, at);
      tokens_.push_back({source.substr(at + 1, end - at - 1), at, letter != '`'});
      at = end + 1;
    } else if (is_word(letter)) {
      auto end = at;
      while (end < source.size() && is_word(source[end])) ++end;
      tokens_.push_back({source.substr(at, end - at), at, true});
      at = end;
    } else {
      if (static_cast<unsigned char>(letter) > ' ') tokens_.push_back({source.substr(at, 1), at, false});
      ++at;
    }
  }
  for (std::size_t token = 0; token + 2 < tokens_.size(); ++token) {
    if (is(token, "export") && is(token + 1, "default")) exported_ = token + 2;
  }
}

Place SourcePlaces::find(std::span<const std::string> path) const {
  std::size_t from = exported_;
  std::size_t found = exported_;
  for (const std::string& key : path) {
    std::size_t token = is(from, "{") ? key_in_object(from, key) : nowhere;
    // The object may be built elsewhere and only named here.
    if (token == nowhere) token = key_anywhere(found == exported_ ? 0 : from, key);
    if (token == nowhere) break;
    found = token;
    from = is(token + 1, ":") ? token + 2 : token + 1;
  }
  return found < tokens_.size() ? place_of(tokens_[found].at) : Place{};
}

std::size_t SourcePlaces::key_in_object(std::size_t from, std::string_view key) const {
  int depth = 0;
  for (std::size_t token = from; token < tokens_.size(); ++token) {
    const auto& [text, at, is_name] = tokens_[token];
    if (!is_name && (text == "{" || text == "[" || text == "(")) ++depth;
    if (!is_name && (text == "}" || text == "]" || text == ")") && --depth == 0) return nowhere;
    if (depth == 1 && text == key && is_key(token)) return token;
  }
  return nowhere;
}

std::size_t SourcePlaces::key_anywhere(std::size_t from, std::string_view key) const {
  for (std::size_t token = from; token < tokens_.size(); ++token) {
    if (tokens_[token].text == key && is_key(token)) return token;
  }
  return nowhere;
}

bool SourcePlaces::is_key(std::size_t token) const {
  if (!tokens_[token].is_name || token == 0) return false;
  const bool begins = is(token - 1, "{") || is(token - 1, ",");
  return begins && (is(token + 1, ":") || is(token + 1, ",") || is(token + 1, "}"));
}

bool SourcePlaces::is(std::size_t token, std::string_view text) const {
  return token < tokens_.size() && tokens_[token].text == text;
}

Place SourcePlaces::place_of(std::size_t at) const {
  const auto before = source_.substr(0, at);
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          .column = at - line_start + 1};
}

}  // namespace entmoot_app
