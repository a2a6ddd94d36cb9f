// SPDX-License-Identifier: MIT

#pragma once

// A header value is bytes. In the Web's Headers each byte is one character (Web IDL, ByteString), which the server's
// JSON encodes as UTF-8. These functions convert between the two. Any thread.

#include <entmoot/base/result.hpp>

#include <string>
#include <string_view>

namespace entmoot {

[[nodiscard]] std::string characters_of_bytes(std::string_view bytes);
/// `characters` is UTF-8. Fails if a character is above U+00FF.
[[nodiscard]] Result<std::string> bytes_of_characters(std::string_view characters);

}  // namespace entmoot
