// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/socket_ref.hpp>

#include <entmoot/core/effects.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/socket.hpp>
#include <entmoot/phoenix/socket_table.hpp>

#include <utility>

namespace entmoot {

namespace {

/// Runs `step` with the client's socket on its shard, if it still exists; inside an actor's turn, after the turn has
/// succeeded.
void on_socket(const SocketRef& to, UniqueFunction<void(Socket&)> step) {
  Effects::release_or_hold([to, step = std::move(step)]() mutable {
    to.shard->post([sockets = to.sockets, id = to.socket, step = std::move(step)]() mutable {
      if (Socket* socket = sockets->find(id)) step(*socket);
    });
  });
}

}  // namespace

void reply(const SocketRef& to, std::string_view status, Payload response) {
  on_socket(to, [to, answer = Channel::Reply{std::string(status), std::move(response)}](Socket& socket) mutable {
    socket.handle_answer(to, [&]() -> Channel::HandleResult { return std::move(answer); });
  });
}

void push(const SocketRef& to, std::string_view event, Payload payload) {
  on_socket(to, [to, event = std::string(event), payload = std::move(payload)](Socket& socket) mutable {
    socket.push(to, std::move(event), std::move(payload));
  });
}

void push(const SocketRef& to, std::string_view event, UniqueFunction<Payload()> payload) {
  on_socket(to, [to, event = std::string(event), payload = std::move(payload)](Socket& socket) mutable {
    socket.push(to, std::move(event), std::move(payload));
  });
}

void resend(const SocketRef& to, std::vector<std::shared_ptr<const Fastlane>> missed) {
  on_socket(to, [to, missed = std::move(missed)](Socket& socket) mutable { socket.resend(to, std::move(missed)); });
}

void stop(const SocketRef& to, ChannelEnd reason) {
  on_socket(to, [to, reason](Socket& socket) {
    socket.handle_info(to, [reason]() -> Channel::InfoResult { return Channel::Stop{reason}; });
  });
}

void intercept(const SocketRef& to, std::vector<std::string> events) {
  on_socket(to, [to, events = std::move(events)](Socket& socket) mutable { socket.intercept(to, std::move(events)); });
}

void disconnect(const SocketRef& to) {
  on_socket(to, [](Socket& socket) { socket.disconnect(); });
}

}  // namespace entmoot
