// SPDX-License-Identifier: MIT

#include <entmoot/web/connect.hpp>

#include <entmoot/base/log.hpp>

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
  try {
    auto connected = mount.connect(info, transport);
    if (connected) return {.handler = *std::move(connected)};
    const Error& refusal = connected.error();
    log::debug("a socket was refused: {}", log::quoted(refusal.reason.empty() ? refusal.detail : refusal.reason));
    return {.refusal = refusal};
  } catch (const std::exception& error) {
    log::error("connect failed: {}", log::quoted(error.what()));
  } catch (...) {
    log::error("connect failed");
  }
  return {};
}

}  // namespace entmoot
