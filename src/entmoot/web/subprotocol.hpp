// SPDX-License-Identifier: MIT

#pragma once

// Negotiates Sec-WebSocket-Protocol (Phoenix 1.8's `subprotocols` and `auth_token`).
//
// phoenix.js with an `authToken` offers two names: "phoenix" and "base64url.bearer.phx.<token in base64>". The second
// is not a protocol but uses the only header that a browser lets a page set; where the mount has `auth_token`, it is
// removed and decoded. Despite its name the token comes in the standard alphabet; both alphabets are accepted, with or
// without padding.
//
// Browsers and the usual libraries give up if they offered a subprotocol and none is selected. So "phoenix" is selected
// whenever it was offered and nothing better was, also where Phoenix would refuse.

#include <entmoot/base/result.hpp>
#include <entmoot/web/http_request.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace entmoot {

struct Subprotocol {
  enum class Outcome : std::uint8_t {
    accepted,
    unmatched,    ///< Names were offered, none of which is supported: 403.
    undecodable,  ///< The token is not base64: 400.
  };
  Outcome outcome = Outcome::accepted;
  std::string selected = {};  ///< Empty: the response names none.
  std::optional<std::string> auth_token = {};
};

/// `configured` is in order of preference. Several header lines are one list (RFC 9110 §5.3). Two tokens: none.
[[nodiscard]] Subprotocol negotiate_subprotocol(const HttpRequest& request, const std::vector<std::string>& configured,
                                                bool takes_auth_token);

}  // namespace entmoot
