// SPDX-License-Identifier: MIT

#include "user_socket.hpp"

#include <fmt/format.h>

#include <memory>
#include <random>

namespace chat_room {

using namespace entmoot;

UserSocket::UserSocket(Rooms& rooms, Presence& presence) {
  channel("room:*", [&rooms, &presence] { return std::make_unique<RoomChannel>(rooms, presence); });
}

Result<Client> UserSocket::connect(Client client) const {
  std::random_device random;
  client.assigns["presence_key"] = fmt::format("{:08x}{:08x}", random(), random());
  return client;
}

std::string_view presence_key(const Client& client) { return client.assigns.at("presence_key").as_string(); }

}  // namespace chat_room
