// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <chrono>
#include <memory>

namespace conformance {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// Two, so that every broadcast crosses between threads.
constexpr unsigned shard_count = 2;
// Phoenix takes 10 MB; enough for a case with one large message.
constexpr std::size_t message_bytes_max = 1 * MiB;

}  // namespace

Fixture::Fixture(std::uint16_t port)
    : shards_(shard_count),
      pubsub_(shards_),
      presence_(shards_, pubsub_),
      user_socket_(pubsub_, presence_),
      sockets_(shards_, pubsub_, user_socket_, {.channels_max = 100}),
      endpoint_(shards_, {.listener = {.port = port}}) {
  mount();
}

Fixture::~Fixture() { stop(Duration::zero()); }

void Fixture::mount() {
  const auto connect = [this](const ConnectInfo& info, Transport& transport) {
    return sockets_.connect(info, transport);
  };
  const LongpollOptions longpoll{.window = 1s};
  const OriginPolicy anybody{.check = OriginPolicy::Check::off};
  const auto only = [](std::vector<std::string> allowed) {
    return OriginPolicy{.check = OriginPolicy::Check::listed, .allowed = std::move(allowed)};
  };

  endpoint_.socket("/socket", {.connect = connect,
                               .origin = only({"//example.com"}),
                               .auth_token = true,
                               .websocket = {.limits = {.message_bytes_max = message_bytes_max}},
                               .longpoll = longpoll});
  endpoint_.socket("/small", {.connect = connect,
                              .origin = anybody,
                              .websocket = {.limits = {.message_bytes_max = 2000}, .idle_timeout = 1500ms},
                              .longpoll = longpoll});
  endpoint_.socket("/sip",
                   {.connect = connect, .origin = anybody, .subprotocols = {"sip", "sips"}, .longpoll = longpoll});
  endpoint_.socket("/origins",
                   {.connect = connect,
                    .origin = only({"//*.ex.com", "//exact.test", "//port.test:8080", "https://scheme.test"}),
                    .longpoll = longpoll});
  endpoint_.socket("/vars/:a", {.connect = connect,
                                .origin = anybody,
                                .websocket_path = "/websocket/:b",
                                .longpoll_path = "/longpoll/:b",
                                .longpoll = longpoll});
  endpoint_.socket("/deflate",
                   {.connect = connect, .origin = anybody, .websocket = {.compress = true}, .longpoll = longpoll});
}

Result<void> Fixture::start() {
  shards_.start();
  return endpoint_.start();
}

void Fixture::stop(Duration patience) {
  if (!shards_.running()) return;
  endpoint_.drain_and_close(patience);
  shards_.stop_and_join();
}

}  // namespace conformance
