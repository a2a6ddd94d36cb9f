// SPDX-License-Identifier: MIT

#pragma once

// The opening of a WebSocket (RFC 6455 §4.2), as decisions about a request. No I/O.

#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <optional>
#include <string>
#include <vector>

namespace entmoot {

/// Which pages may open a socket. A browser says in Origin where a page comes from; other programs send none and are
/// let in. `null`, and an Origin that names no host, are refused unless the check is off.
struct OriginPolicy {
  enum class Check : std::uint8_t {
    same_host,  ///< Origin's host and port are those of the Host header (the scheme's own port may be left out).
    listed,     ///< Origin is one of `allowed`.
    off,        ///< Anybody's page. Only for sockets that trust no cookie.
  };
  Check check = Check::same_host;
  /// "https://example.com" (scheme, host and port equal), "//example.com" (any scheme and port), "//example.com:4000",
  /// "//*.example.com" (the host itself and any subdomain).
  std::vector<std::string> allowed = {};
};

[[nodiscard]] bool origin_allowed(const OriginPolicy& policy, const HttpRequest& request);

/// Why the request cannot become a WebSocket, or nothing if it can: 400, or 426 for another version than 13.
[[nodiscard]] std::optional<HttpResponse> upgrade_refusal(const HttpRequest& request);

/// The 101. Selects the subprotocol "phoenix" if it was offered.
[[nodiscard]] HttpResponse upgrade_response(const HttpRequest& request);

}  // namespace entmoot
