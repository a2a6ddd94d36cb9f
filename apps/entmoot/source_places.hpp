// SPDX-License-Identifier: MIT

#pragma once

// Finds the position of a setting in the text of a configuration file. The file is a TypeScript program, and the value
// that it exports carries no positions. So the keys of the setting's path are searched for in the text, in order and,
// within an object literal, at their depth. This is a best effort: for a value that is computed or imported it finds
// the nearest key above.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

struct Place {
  std::size_t line = 1;  ///< Counted from 1.
  std::size_t column = 1;

  friend bool operator==(const Place&, const Place&) = default;
};

class SourcePlaces {
 public:
  /// `source` outlives this.
  explicit SourcePlaces(std::string_view source);

  /// The position of the last key of `path` that is found; without any, that of the exported object.
  [[nodiscard]] Place find(std::span<const std::string> path) const;

 private:
  struct Token {
    std::string_view text;  // a string without its quotes
    std::size_t at;
    bool is_name;  // an identifier or a string, which can be a key
  };
  [[nodiscard]] std::size_t key_in_object(std::size_t from, std::string_view key) const;
  [[nodiscard]] std::size_t key_anywhere(std::size_t from, std::string_view key) const;
  [[nodiscard]] bool is_key(std::size_t token) const;
  [[nodiscard]] bool is(std::size_t token, std::string_view text) const;
  [[nodiscard]] Place place_of(std::size_t at) const;

  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t exported_ = 0;  // the token after `export default`
};

}  // namespace entmoot_app
