// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// Two, so that every broadcast crosses between threads.
constexpr unsigned shard_count = 2;
// Bandit's limit for a message, and so that of a recorded session of Phoenix.
constexpr std::size_t message_bytes_max = 8'000'000;

}  // namespace

Fixture::Fixture(std::uint16_t port)
    : node_({.shards = shard_count, .endpoint = {.listener = {.port = port}}}),
      user_socket_(node_.pubsub(), node_.presence()) {
  mount();
}

void Fixture::mount() {
  const auto mount = [this](std::string_view path, auto configure) {
    EndpointSocket socket;
    socket.origin = {.check = OriginPolicy::Check::off};
    socket.websocket = {.limits = {.message_bytes_max = message_bytes_max}};
    socket.longpoll = {.window = 1s, .message_bytes_max = message_bytes_max, .body_bytes_max = 2 * message_bytes_max};
    configure(socket);
    node_.socket(path, user_socket_, std::move(socket), {.channels_max = 100});
  };
  const auto only = [](std::vector<std::string> allowed) {
    return OriginPolicy{.check = OriginPolicy::Check::listed, .allowed = std::move(allowed)};
  };

  mount("/socket", [&](EndpointSocket& socket) {
    socket.origin = only({"//example.com"});
    socket.auth_token = true;
  });
  mount("/small", [](EndpointSocket& socket) {
    socket.websocket = {.limits = {.message_bytes_max = 2000}, .idle_timeout = 1500ms};
  });
  mount("/sip", [](EndpointSocket& socket) { socket.subprotocols = {"sip", "sips"}; });
  mount("/origins", [&](EndpointSocket& socket) {
    socket.origin = only({"//*.ex.com", "//exact.test", "//port.test:8080", "https://scheme.test"});
  });
  mount("/vars/:a", [](EndpointSocket& socket) {
    socket.websocket_path = "/websocket/:b";
    socket.longpoll_path = "/longpoll/:b";
  });
  mount("/deflate", [](EndpointSocket& socket) { socket.websocket.compress = true; });
}

}  // namespace conformance
