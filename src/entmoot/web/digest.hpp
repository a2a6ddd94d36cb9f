// SPDX-License-Identifier: MIT

#pragma once

// The two hashes that HTTP and the WebSocket handshake ask for. Neither guards a secret here.

#include <string>
#include <string_view>

namespace entmoot {

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// base64(SHA-1(bytes)), the form RFC 6455 §4.2.2 wants.
[[nodiscard]] std::string sha1_base64(std::string_view bytes);

}  // namespace entmoot
