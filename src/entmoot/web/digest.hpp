// SPDX-License-Identifier: MIT

#pragma once

// The hashes used by ETags and the WebSocket handshake. Neither protects a secret.

#include <string>
#include <string_view>

namespace entmoot {

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// base64(SHA-1(bytes)), as RFC 6455 §4.2.2 requires.
[[nodiscard]] std::string sha1_base64(std::string_view bytes);

}  // namespace entmoot
