// SPDX-License-Identifier: MIT

#pragma once

// Which Host a request may name. A server that listens on loopback only is reachable from this machine alone, but a
// page of any site that a browser on it has open can let its own name resolve to 127.0.0.1 (DNS rebinding): it then
// counts as the server's own origin, and only the Host header, which no page can change, tells the two apart.
//
// A request without Host (HTTP/1.0) does not come from a browser and is served.

#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct HostPolicy {
  /// Serve only requests that name this machine: localhost, a name below it, or a loopback address.
  bool loopback_only = false;
  /// And those that name the host of one of these (the entries of OriginPolicy::allowed).
  std::vector<std::string> also = {};
  /// Ends the response to a refused request: what an operator can do.
  std::string advice = {};

  /// `host` as in the request, with or without a port.
  [[nodiscard]] bool allows(std::string_view host) const;
};

/// Whether an address to listen on is reachable from this machine only.
[[nodiscard]] bool is_loopback_address(std::string_view address);

}  // namespace entmoot
