// SPDX-License-Identifier: MIT

#pragma once

#include <string>
#include <string_view>

namespace entmoot {

/// The unit of per-address limits: of an IPv4 address all of it, 4 bytes; of an IPv6 address its /64 network, 8 bytes,
/// because that is what one customer gets; of an IPv4-mapped IPv6 address the IPv4 address. `address` may have a port
/// and brackets, as proxies write it. A text that is no address is its own unit.
[[nodiscard]] std::string ip_network(std::string_view address);

}  // namespace entmoot
