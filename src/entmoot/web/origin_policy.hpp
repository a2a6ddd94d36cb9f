// SPDX-License-Identifier: MIT

#pragma once

// Which pages may open a socket (`check_origin` in Phoenix). A browser says in Origin where a page comes from, and no
// page can forge it; other programs send none and are let in, because they could send what they like.
//
// Hosts are compared in lower case (RFC 6454 §4). An Origin that names no host ("null", "file://", nothing) is refused,
// and so are two of them, unless the check is off; a callback judges the first kind itself.
//
// Behind a proxy that speaks TLS, the request that arrives here is plain http: `same_host` still works if the proxy
// passes Host on, `conn` does not.

#include <entmoot/base/result.hpp>
#include <entmoot/web/http_request.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct OriginPolicy {
  enum class Check : std::uint8_t {
    same_host,  ///< Origin's host and port are those of the Host header (the scheme's own port may be left out).
    listed,     ///< Origin is one of `allowed`.
    off,        ///< Anybody's page. Only for sockets that trust no cookie.
    host,       ///< Origin's host is `host`, whatever its scheme and port: Phoenix's `true`.
    conn,       ///< Scheme, host and port are the request's own: Phoenix's `:conn`.
    callback,   ///< `callback` says.
  };
  Check check = Check::same_host;
  /// "https://example.com" (scheme, host and port equal; http without a port means 80), "//example.com" (any scheme and
  /// port), "//example.com:4000", "//*.example.com" (the host itself and any subdomain).
  std::vector<std::string> allowed = {};
  /// The public name of the server, without a port.
  std::string host = {};
  /// On every shard at once.
  std::function<bool(std::string_view origin, const HttpRequest& request)> callback = {};

  /// An error that names what cannot work: an entry that is no origin, a check without what it needs.
  [[nodiscard]] Result<void> validate() const;
};

[[nodiscard]] bool origin_allowed(const OriginPolicy& policy, const HttpRequest& request);

}  // namespace entmoot
