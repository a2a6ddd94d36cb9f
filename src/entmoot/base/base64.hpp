// SPDX-License-Identifier: MIT

#pragma once

// Bytes as text: RFC 4648 §4 (standard alphabet) and §5 (URL alphabet).
//
// What we write is canonical, and the strict decoders take nothing else, so that one value has one text: a signature
// whose last letter was changed must not still be that signature (§3.5). Where other people's clients are the writers
// and nothing hangs on the form, `base64_decode_any` takes either alphabet, padded or not.
//
// Pure functions, any thread. None of them is constant-time: a decoder's time tells the length of what it was given and
// where it stopped, and that is the sender's own text.

#include <entmoot/base/result.hpp>

#include <string>
#include <string_view>

namespace entmoot {

/// Standard alphabet, padded with '='.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// URL alphabet, no padding: the form of tokens (RFC 7515 §2).
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// Exactly what base64_encode writes; white space, missing padding and stray bits are errors.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);
/// Exactly what base64url_encode writes.
[[nodiscard]] Result<std::string> base64url_decode(std::string_view text);
/// Either alphabet or both, with its padding or without; stray bits in the last letter are ignored.
[[nodiscard]] Result<std::string> base64_decode_any(std::string_view text);

}  // namespace entmoot
