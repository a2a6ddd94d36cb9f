// SPDX-License-Identifier: MIT

#include <entmoot/web/subprotocol.hpp>

#include <entmoot/base/base64.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace entmoot {

namespace {
constexpr std::string_view bearer = "base64url.bearer.phx.";
constexpr std::string_view phoenix = "phoenix";
bool is_bearer(std::string_view name) noexcept { return name.starts_with(bearer); }
}  // namespace

Subprotocol negotiate_subprotocol(const HttpRequest& request, const std::vector<std::string>& configured,
                                  bool takes_auth_token) {
  using Outcome = Subprotocol::Outcome;
  const auto header = request.joined_header("sec-websocket-protocol");
  auto offered = list_members(header);
  Subprotocol result;
  if (takes_auth_token && std::ranges::count_if(offered, is_bearer) == 1) {
    const auto found = std::ranges::find_if(offered, is_bearer);
    auto token = base64_decode_any(found->substr(bearer.size()));
    if (!token) return {.outcome = Outcome::undecodable};
    result.auth_token = std::move(*token);
    offered.erase(found);
  }
  if (offered.empty()) return result;
  // Subprotocol names are case-sensitive.
  const auto select = [&](std::string_view name) {
    if (std::ranges::find(offered, name) == offered.end()) return false;
    result.selected = name;
    return true;
  };
  if (takes_auth_token && select(phoenix)) return result;
  if (std::ranges::any_of(configured, select) || select(phoenix)) return result;
  if (takes_auth_token || !configured.empty()) return {.outcome = Outcome::unmatched};
  return result;
}

}  // namespace entmoot
