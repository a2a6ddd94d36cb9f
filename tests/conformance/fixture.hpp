// SPDX-License-Identifier: MIT

#pragma once

// The fixture's application: one UserSocket behind six mounts, each there so that one family of behaviours can be
// tested. README.md beside this file says what each offers.

#include "user_socket.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/web/endpoint.hpp>

#include <cstdint>

namespace conformance {

class Fixture {
 public:
  explicit Fixture(std::uint16_t port);
  ~Fixture();

  [[nodiscard]] entmoot::Result<void> start();
  [[nodiscard]] std::uint16_t port() const noexcept { return endpoint_.port(); }
  /// Drains, then ends; at most `patience` is given to clients that do not take their last bytes.
  void stop(entmoot::Duration patience);

 private:
  void mount();

  entmoot::Shards shards_;
  entmoot::PubSub pubsub_;
  entmoot::Presence presence_;
  UserSocket user_socket_;
  entmoot::SocketMount sockets_;
  entmoot::Endpoint endpoint_;
};

}  // namespace conformance
