// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/socket_ref.hpp>

#include <entmoot/core/effects.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/socket.hpp>
#include <entmoot/phoenix/socket_table.hpp>

#include <utility>

namespace entmoot {

void reply(const SocketRef& to, std::string_view status, Payload response) {
  Effects::release_or_hold([to, answer = Channel::Reply{std::string(status), std::move(response)}]() mutable {
    Shard& home = *to.shard;
    home.post([to, answer = std::move(answer)]() mutable {
      if (Socket* socket = to.sockets->find(to.socket)) {
        socket->handle_answer(to, [&]() -> Channel::HandleResult { return std::move(answer); });
      }
    });
  });
}

}  // namespace entmoot
