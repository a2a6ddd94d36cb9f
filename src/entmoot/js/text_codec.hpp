// SPDX-License-Identifier: MIT

#pragma once

// Texts and bytes within the engine, for TextEncoder and TextDecoder (js/web/encoding.js). Nothing with a destructor is
// alive in here, for a room may be dropped at any allocation.

#include <entmoot/js/engine.hpp>

#include <cstddef>
#include <cstdint>

namespace entmoot::js {

/// A Uint8Array of the text's UTF-8.
[[nodiscard]] JSValue encode_utf8(JSContext* ctx, JSValueConst text) noexcept;
/// The text of UTF-8 bytes (https://encoding.spec.whatwg.org/#utf-8-decoder): each maximal piece that is none becomes
/// U+FFFD, or with `fatal` the result is undefined.
[[nodiscard]] JSValue decode_utf8(JSContext* ctx, const std::uint8_t* bytes, std::size_t size, bool fatal) noexcept;

}  // namespace entmoot::js
