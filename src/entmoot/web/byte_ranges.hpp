// SPDX-License-Identifier: MIT

#pragma once

// The part of a representation that a Range header asks for (RFC 9110 section 14). Only `bytes` with one range is
// served as a part: a client that asks for several gets the whole, which section 14.2 allows and every client
// understands; multipart/byteranges, which next to none of them asks for, costs more than it saves.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace entmoot {

struct ByteRange {
  enum class Kind : std::uint8_t {
    whole,  ///< The header does not apply: another unit, malformed, or several ranges.
    part,
    unsatisfiable,  ///< 416: it begins behind the end.
  };
  Kind kind = Kind::whole;
  std::size_t first = 0;
  std::size_t size = 0;  ///< Of the part.

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// `size` is that of the whole representation.
[[nodiscard]] ByteRange byte_range_of(std::string_view range_header, std::size_t size) noexcept;

}  // namespace entmoot
