// SPDX-License-Identifier: MIT

#pragma once

// UTF-8 conversion within the engine, for TextEncoder and TextDecoder (js/web/encoding.js). No object with a destructor
// is alive here, because a room may be dropped at any allocation.

#include <entmoot/js/engine.hpp>

#include <cstddef>
#include <cstdint>

namespace entmoot::js {

/// A Uint8Array with the UTF-8 encoding of the text.
[[nodiscard]] JSValue encode_utf8(JSContext* ctx, JSValueConst text) noexcept;
/// Decodes UTF-8 (https://encoding.spec.whatwg.org/#utf-8-decoder). Each maximal malformed sequence becomes U+FFFD;
/// with `fatal` the result is undefined instead.
[[nodiscard]] JSValue decode_utf8(JSContext* ctx, const std::uint8_t* bytes, std::size_t size, bool fatal) noexcept;

}  // namespace entmoot::js
