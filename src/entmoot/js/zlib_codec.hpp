// SPDX-License-Identifier: MIT

#pragma once

// Compression for scripts (https://compression.spec.whatwg.org), of whole texts: zlib's state lies in the room's heap
// and does not outlive a call, so that a saved heap is complete. Long inputs are processed in pieces, between which the
// slice may end.

#include <entmoot/js/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace entmoot::js {

/// `format` is "gzip", "deflate" (zlib's) or "deflate-raw". The result is a Uint8Array, or an exception: a TypeError if
/// `bytes` are not exactly one stream of the format.
[[nodiscard]] JSValue compress(JSContext* ctx, std::string_view format, const std::uint8_t* bytes,
                               std::size_t size) noexcept;
[[nodiscard]] JSValue decompress(JSContext* ctx, std::string_view format, const std::uint8_t* bytes,
                                 std::size_t size) noexcept;

}  // namespace entmoot::js
