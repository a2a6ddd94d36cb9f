// SPDX-License-Identifier: MIT

#pragma once

// What a client offers in Sec-WebSocket-Protocol, and what we answer (Phoenix 1.8's `subprotocols` and `auth_token`).
//
// phoenix.js with an `authToken` offers two names: "phoenix" and "base64url.bearer.phx.<token in base64>". The second
// is no protocol but the only header a browser lets a page set; where the mount asks for it, it is taken out and
// decoded. Despite its name it comes in the standard alphabet; both alphabets are taken, with padding or without.
//
// A client that offered something and is answered with nothing gives up (browsers and the usual libraries alike), so
// "phoenix" is selected whenever it was offered and nothing better was, also where Phoenix would refuse.

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
    unmatched,    ///< Something was offered, and nothing of it is ours: 403.
    undecodable,  ///< The token is not base64: 400.
  };
  Outcome outcome = Outcome::accepted;
  std::string selected = {};  ///< Empty: the answer names none.
  std::optional<std::string> auth_token = {};
};

/// `configured` in the server's order of preference. Several header lines are one list (RFC 9110 §5.3). Two tokens are
/// none.
[[nodiscard]] Subprotocol negotiate_subprotocol(const HttpRequest& request, const std::vector<std::string>& configured,
                                                bool takes_auth_token);

}  // namespace entmoot
