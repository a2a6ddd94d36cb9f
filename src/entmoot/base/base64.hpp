// SPDX-License-Identifier: MIT

#pragma once

// Bytes as text: RFC 4648 §4 (standard alphabet) and §5 (URL alphabet).
//
// The encoders write the canonical form, and the strict decoders accept nothing else, so that each value has exactly
// one text: a signature whose last character was changed must not decode to the same signature (§3.5). For input from
// other clients, where the form does not matter, `base64_decode_any` accepts either alphabet, with or without padding.
//
// Pure functions, any thread. None of them runs in constant time: a decoder's time reveals the length of its input and
// the position of the first error, both of which the sender knows.

#include <entmoot/base/result.hpp>

#include <string>
#include <string_view>

namespace entmoot {

/// Standard alphabet, padded with '='.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// URL alphabet, no padding: the form of tokens (RFC 7515 §2).
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// The form of base64_encode only; white space, missing padding and nonzero trailing bits are errors.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);
/// The form of base64url_encode only.
[[nodiscard]] Result<std::string> base64url_decode(std::string_view text);
/// Either alphabet or a mixture, with or without padding; trailing bits in the last character are ignored.
[[nodiscard]] Result<std::string> base64_decode_any(std::string_view text);

}  // namespace entmoot
