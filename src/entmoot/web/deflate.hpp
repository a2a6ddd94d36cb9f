// SPDX-License-Identifier: MIT

#pragma once

// One message of permessage-deflate, in and out (RFC 7692 §7.2), with zlib. Every message stands for itself, so a
// thread needs one workspace for each direction, whatever the number of its connections: some 60 KiB to inflate, 256
// KiB to deflate, made at the first use. Any thread.
//
// A message that comes in is bounded by what it becomes, not by what it was: inflating runs through a chunk of 16 KiB
// and stops at the limit; only a message that has turned out to be good is given memory, as much as it needs. So a bomb
// of any ratio costs a bounded piece of work and not a byte.

#include <entmoot/base/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace entmoot {

enum class Inflated : std::uint8_t {
  done,
  too_big,   ///< It would be more than the limit.
  not_utf8,  ///< A text that is not UTF-8.
  broken,    ///< No deflate stream, or one that is cut off.
};

struct InflateRules {
  std::size_t bytes_max = 0;
  bool text = false;  ///< Only UTF-8 will do.
};

/// `out` is touched only if all is well. The message may end as §7.2.1 says (its last 00 00 FF FF left out), with these
/// four bytes, or with a final block (§7.2.3.4), behind which a stream may begin anew.
[[nodiscard]] Inflated inflate_message(std::string_view compressed, const InflateRules& rules, std::string& out);

/// The compressed form, its last 00 00 FF FF left out; nothing if it would not be smaller. `window_bits` is 9 to 15.
[[nodiscard]] SharedBytes deflate_message(std::string_view plain, int window_bits);

/// The most that a deflate stream for `bytes` of content may take and not be called wasteful: content that cannot be
/// compressed grows by five bytes a stored block, and blocks are a few KiB at least.
[[nodiscard]] constexpr std::size_t deflate_bound(std::size_t bytes) noexcept { return bytes + bytes / 512 + 64; }

}  // namespace entmoot
