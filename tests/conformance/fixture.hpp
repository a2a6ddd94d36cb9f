// SPDX-License-Identifier: MIT

#pragma once

// The fixture's application: one UserSocket behind six mounts, each there so that one family of behaviours can be
// tested. README.md beside this file says what each offers.

#include "user_socket.hpp"

#include <entmoot/node/node.hpp>

#include <cstdint>

namespace conformance {

class Fixture {
 public:
  explicit Fixture(std::uint16_t port);

  [[nodiscard]] entmoot::Result<void> start() { return node_.start(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return node_.port(); }
  /// Node::stop.
  void stop(entmoot::Duration drain) { node_.stop(drain); }

 private:
  void mount();

  entmoot::Node node_;
  UserSocket user_socket_;
};

}  // namespace conformance
