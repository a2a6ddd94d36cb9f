// SPDX-License-Identifier: MIT

#pragma once

// Compresses and decompresses one permessage-deflate message (RFC 7692 §7.2) with zlib. Messages are independent of
// each other, so a thread needs one workspace per direction, whatever the number of its connections: about 60 KiB to
// inflate, 256 KiB to deflate, allocated at first use. Any thread.
//
// An incoming message is bounded by its inflated size. Inflating runs through a chunk of 16 KiB and stops at the limit;
// memory for a longer message is allocated only once the whole message has been validated. So a compression bomb of any
// ratio costs bounded work and no memory.

#include <entmoot/base/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace entmoot {

enum class Inflated : std::uint8_t {
  done,
  too_big,   ///< The inflated message exceeds the limit.
  not_utf8,  ///< The text is not UTF-8.
  broken,    ///< Not a deflate stream, or a truncated one.
};

struct InflateRules {
  std::size_t bytes_max = 0;
  bool text = false;  ///< The inflated message must be UTF-8.
};

/// `out` is modified only on `done`. The message may end as §7.2.1 says (without its last 00 00 FF FF), with these four
/// bytes, or with a final block (§7.2.3.4), after which another stream may begin.
[[nodiscard]] Inflated inflate_message(std::string_view compressed, const InflateRules& rules, std::string& out);

/// The first bytes of the content, at most `bytes_max`; `compressed` may be truncated.
void inflate_head(std::string_view compressed, std::size_t bytes_max, std::string& out);

/// The compressed form without its last 00 00 FF FF; empty if it would not be smaller. `window_bits` is 9 to 15.
[[nodiscard]] SharedBytes deflate_message(std::string_view plain, int window_bits);

/// A gzip file (RFC 1952) of `plain`, at zlib's usual level.
[[nodiscard]] SharedBytes gzip_file(std::string_view plain);

/// The maximum size of a reasonable deflate stream for `bytes` of content: incompressible content grows by five bytes
/// per stored block, and blocks have at least a few KiB.
[[nodiscard]] constexpr std::size_t deflate_bound(std::size_t bytes) noexcept { return bytes + bytes / 512 + 64; }

}  // namespace entmoot
