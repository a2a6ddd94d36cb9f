// SPDX-License-Identifier: MIT

#include <entmoot/web/connect.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/web/local_client.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

ConnectInfo connect_info_of(const HttpRequest& request, const Peer& peer, TransportKind transport) {
  ConnectInfo info{.query = request.query,
                   .peer = peer.address,
                   .peer_is_loopback = peer.is_loopback,
                   .peer_port = peer.port,
                   .is_local = is_local_client(request),
                   .transport = transport,
                   .host = request.host,
                   .path = request.path,
                   .path_params = request.params};
  if (const auto* agent = request.header("user-agent")) info.user_agent = *agent;
  for (const auto& header : request.headers) {
    if (!same_name(std::string_view(header.name).substr(0, 2), "x-")) continue;
    std::string name = header.name;
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    info.x_headers.emplace_back(std::move(name), header.value);
  }
  return info;
}

Connected connect_client(const EndpointSocket& mount, const ConnectInfo& info, Transport& transport) {
  auto connected = guarded([&] { return mount.connect(info, transport); });
  if (connected) return {.handler = *std::move(connected)};
  Error refusal = std::move(connected).error();
  if (refusal.code == ErrorCode::exception) {
    log::error("socket {}: connect threw {}", info.path, log::quoted(refusal.reason));
    return {};
  }
  log::debug("socket {}: refused a client: {}", info.path,
             log::quoted(refusal.has_reason() ? refusal.reason : refusal.detail));
  return {.refusal = std::move(refusal)};
}

}  // namespace entmoot
