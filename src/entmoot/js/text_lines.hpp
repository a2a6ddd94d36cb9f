// SPDX-License-Identifier: MIT

#pragma once

// The lines of a text, for conversions between places whose columns count bytes (the engine, esbuild's messages) and
// places whose columns count UTF-16 code units (source maps, editors).

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

/// Both are counted from 1.
struct TextPlace {
  int line = 1;
  int column = 1;

  friend auto operator<=>(const TextPlace&, const TextPlace&) = default;
};

/// "3:7"
[[nodiscard]] std::string to_string(TextPlace place);

class TextLines {
 public:
  /// `text` outlives the object.
  explicit TextLines(std::string_view text);

  /// Without its end; empty if there is no such line.
  [[nodiscard]] std::string_view line(int number) const noexcept;
  /// From a column in UTF-16 code units to one in bytes, and back. Asking in the order of the text takes linear time.
  [[nodiscard]] TextPlace in_bytes(TextPlace place) const;
  [[nodiscard]] TextPlace in_utf16(TextPlace place) const;

 private:
  // Where the last question ended: a line may be long.
  struct Cursor {
    int line = 0;
    std::size_t bytes = 0;
    std::size_t units = 0;
  };
  std::string_view text_;
  std::vector<std::size_t> begins_;
  mutable Cursor cursor_;
};

}  // namespace entmoot::js
