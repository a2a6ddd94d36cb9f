// SPDX-License-Identifier: MIT

#include "user_socket.hpp"

#include "../rooms/room_channel.hpp"

#include <memory>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

UserSocket::UserSocket(Rooms& rooms, const DevNews* news, Tokens tokens) : tokens_(std::move(tokens)) {
  if (news) channel(DevNews::topic, [news] { return std::make_unique<DevChannel>(*news); });
  channel("*", [&rooms] { return std::make_unique<RoomChannel>(rooms); });
}

Result<Client> UserSocket::connect(Client client) const {
  if (!tokens_.given()) return client;
  std::string token;
  if (client.info.auth_token) {
    token = *client.info.auth_token;
  } else if (const auto* given = find_string(client.params, "token")) {
    token = *given;
  }
  client.params.erase("token");  // not for the room's eyes, and not for its log
  if (token.empty() && !tokens_.required) return client;
  auto identity = tokens_.verify(token);
  if (!identity) return identity.error();
  client.assigns["token"] = std::move(identity->token);
  client.expires_at = identity->expires_at;
  return client;
}

}  // namespace entmoot_app
