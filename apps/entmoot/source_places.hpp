// SPDX-License-Identifier: MIT

#pragma once

// Where in the text of a configuration file a setting was written. The file is TypeScript and has been run: what is
// judged is the value that came out, and the value remembers no places. So the keys of its path are looked for in the
// text, in order and, where the text is a plain object, at their depth. A best effort: of a value that was computed or
// imported it finds the nearest key above.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

struct Place {
  std::size_t line = 1;  ///< From 1.
  std::size_t column = 1;

  friend bool operator==(const Place&, const Place&) = default;
};

class SourcePlaces {
 public:
  /// `source` outlives this.
  explicit SourcePlaces(std::string_view source);

  /// The key that `path` ends with, or the last one of the path that could be found; at least the exported object.
  [[nodiscard]] Place find(std::span<const std::string> path) const;

 private:
  struct Token {
    std::string_view text;  // of a string what is between its quotes
    std::size_t at;
    bool is_name;  // an identifier or a string: what may be a key
  };
  [[nodiscard]] std::size_t key_in_object(std::size_t from, std::string_view key) const;
  [[nodiscard]] std::size_t key_anywhere(std::size_t from, std::string_view key) const;
  [[nodiscard]] bool is_key(std::size_t token) const;
  [[nodiscard]] bool is(std::size_t token, std::string_view text) const;
  [[nodiscard]] Place place_of(std::size_t at) const;

  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t exported_ = 0;  // the token behind `export default`
};

}  // namespace entmoot_app
