// SPDX-License-Identifier: MIT

#pragma once

// The fixture's application: one UserSocket behind six mounts, one for each family of behaviours. README.md in this
// directory describes them.

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
