// SPDX-License-Identifier: MIT

#pragma once

// Decides which pages may open a socket (`check_origin` in Phoenix). A browser states the page's origin in the Origin
// header, and no page can forge it; other programs send none and are admitted, because they could send any value.
//
// Hosts are compared in lower case (RFC 6454 §4). An Origin without a host ("null", "file://", empty) is refused, and
// so are two Origin headers, unless the check is off; a callback decides about the former itself.
//
// Behind a proxy that terminates TLS, requests arrive as plain http: `same_host` still works if the proxy
// forwards Host, `conn` does not.

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
    same_host,  ///< Origin's host and port are those of the Host header (the scheme's default port may be omitted).
    listed,     ///< Origin is one of `allowed`.
    off,        ///< Any origin. Only for sockets that do not rely on cookies.
    host,       ///< Origin's host is `host`, whatever its scheme and port: Phoenix's `true`.
    conn,       ///< Scheme, host and port are the request's own: Phoenix's `:conn`.
    callback,   ///< `callback` decides.
  };
  Check check = Check::same_host;
  /// "https://example.com" (scheme, host and port equal; http without a port means 80), "//example.com" (any scheme and
  /// port), "//example.com:4000", "//*.example.com" (the host itself and any subdomain).
  std::vector<std::string> allowed = {};
  /// `listed` allows the server's own host too, as same_host does: a list does not lock out the server's own page.
  bool own_host_too = false;
  /// For the log, behind a refused origin: what to configure.
  std::string advice = {};
  /// The public name of the server, without a port.
  std::string host = {};
  /// Called on several shards concurrently.
  std::function<bool(std::string_view origin, const HttpRequest& request)> callback = {};

  /// The error names the fault: an entry that is not an origin, or a check without what it needs.
  [[nodiscard]] Result<void> validate() const;
};

/// Whether an entry of OriginPolicy::allowed names `host`, a name in lower case without a port.
[[nodiscard]] bool origin_entry_names(std::string_view entry, std::string_view host);

/// Writes a warning about a refused request, if the shard's allowance has room: the browser tells the page's author
/// nothing but a failed connection. On a shard.
void warn_of_refused_origin(const OriginPolicy& policy, const HttpRequest& request);

[[nodiscard]] bool origin_allowed(const OriginPolicy& policy, const HttpRequest& request);

}  // namespace entmoot
