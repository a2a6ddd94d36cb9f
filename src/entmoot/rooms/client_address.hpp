// SPDX-License-Identifier: MIT

#pragma once

// A client's address, for per-address limits: the peer's, or behind a trusted proxy (`proxy` in the configuration) the
// one the proxy reports.

#include <entmoot/phoenix/transport.hpp>

#include <string>
#include <string_view>

namespace entmoot {

/// The last member of `x_forwarded_for`, which the nearest proxy has added; `peer` if there is none.
[[nodiscard]] inline std::string nearest_forwarded(std::string_view x_forwarded_for, std::string_view peer) {
  const auto comma = x_forwarded_for.rfind(',');
  std::string_view last = comma == std::string_view::npos ? x_forwarded_for : x_forwarded_for.substr(comma + 1);
  while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
  while (!last.empty() && last.back() == ' ') last.remove_suffix(1);
  return std::string(last.empty() ? peer : last);
}

[[nodiscard]] inline std::string client_address(const ConnectInfo& info, bool behind_proxy) {
  const std::string* forwarded = behind_proxy ? info.x_header("x-forwarded-for") : nullptr;
  return forwarded ? nearest_forwarded(*forwarded, info.peer) : info.peer;
}

}  // namespace entmoot
