// SPDX-License-Identifier: MIT

#pragma once

// Who may connect: anybody, or who shows a token (`tokens` in the configuration), in `params.token` or, better, in the
// `authToken` option of phoenix.js. And that every topic is a room's.

#include "../rooms/rooms.hpp"
#include "dev_channel.hpp"

#include <entmoot/phoenix/user_socket.hpp>

namespace entmoot_app {

class UserSocket final : public entmoot::UserSocket {
 public:
  /// `tokens` are those of the start: they do not change with a reload. Without `news` there is no topic for them:
  /// what is wrong with the code is for who writes it, not for strangers.
  UserSocket(Rooms& rooms, const DevNews* news, Tokens tokens);

  [[nodiscard]] entmoot::Result<entmoot::Client> connect(entmoot::Client client) const override;

 private:
  const Tokens tokens_;
};

}  // namespace entmoot_app
