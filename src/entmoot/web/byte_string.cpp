// SPDX-License-Identifier: MIT

#include <entmoot/web/byte_string.hpp>

#include <cstddef>

namespace entmoot {

std::string characters_of_bytes(std::string_view bytes) {
  std::string characters;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      characters += c;
    } else {
      characters += static_cast<char>(0xc0 | byte >> 6);
      characters += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return characters;
}

Result<std::string> bytes_of_characters(std::string_view characters) {
  std::string bytes;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const auto byte = static_cast<unsigned char>(characters[i]);
    if (byte < 0x80) {
      bytes += characters[i];
    } else if ((byte & 0xfe) == 0xc2 && i + 1 < characters.size()) {
      bytes += static_cast<char>((byte & 3) << 6 | (static_cast<unsigned char>(characters[++i]) & 0x3f));
    } else {
      return fail(ErrorCode::invalid, "invalid header value: it contains a character above U+00FF");
    }
  }
  return bytes;
}

}  // namespace entmoot
