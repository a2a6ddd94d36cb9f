// SPDX-License-Identifier: MIT

#pragma once

// A header's value is bytes. To the Web's Headers each of them is a character (Web IDL, ByteString), whatever it means;
// in the server's JSON that character is UTF-8. Here is the way there and back. Any thread.

#include <entmoot/base/result.hpp>

#include <string>
#include <string_view>

namespace entmoot {

[[nodiscard]] std::string characters_of_bytes(std::string_view bytes);
/// `characters` is UTF-8. Fails if one of them is no byte.
[[nodiscard]] Result<std::string> bytes_of_characters(std::string_view characters);

}  // namespace entmoot
