// SPDX-License-Identifier: MIT

#include <entmoot/node/room_socket.hpp>

#include <entmoot/phoenix/query.hpp>
#include <entmoot/rooms/room_channel.hpp>

#include <memory>

namespace entmoot {

RoomSocket::RoomSocket(Rooms& rooms, Tokens tokens, const ChannelRoutes& channels) : tokens_(std::move(tokens)) {
  for (const auto& [pattern, factory] : channels) channel(pattern, factory);
  channel("*", [&rooms] { return std::make_unique<RoomChannel>(rooms); });
}

Result<Client> RoomSocket::connect(Client client) const {
  if (!tokens_.given()) return client;
  std::string token;
  if (client.info.auth_token) {
    token = *client.info.auth_token;
  } else if (const auto* given = find_string(client.params, "token")) {
    token = *given;
  }
  client.params.erase("token");  // kept from the room and its log
  if (token.empty() && !tokens_.required) return client;
  auto identity = tokens_.verify(token);
  if (!identity) return identity.error();
  client.assigns["token"] = std::move(identity->token);
  client.expires_at = identity->expires_at;
  return client;
}

}  // namespace entmoot
