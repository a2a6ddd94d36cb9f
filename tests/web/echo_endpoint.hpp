// SPDX-License-Identifier: MIT

#pragma once

// A live endpoint on loopback with an echo socket and a few routes.

#include <entmoot/core/shards.hpp>
#include <entmoot/core/worker.hpp>
#include <entmoot/web/endpoint.hpp>

#include <atomic>
#include <memory>
#include <string>

namespace entmoot {

/// Echoes messages. "flood" is answered by 16 MiB, "burst" by 400 KiB, "throw" by an exception, "bye" by a
/// close.
class EchoHandler final : public FrameHandler {
 public:
  EchoHandler(Transport& transport, std::atomic<int>& alive) : transport_(transport), alive_(alive) { ++alive_; }
  ~EchoHandler() override { --alive_; }
  void handle_in(Frame::Kind kind, std::string_view frame) override;
  void handle_oversize(Frame::Kind kind, std::string_view head, std::size_t) override { handle_in(kind, head); }

 private:
  Transport& transport_;
  std::atomic<int>& alive_;
};

class EchoEndpoint {
 public:
  explicit EchoEndpoint(unsigned shard_count = 2, const Clock& clock = Shards::steady(), EndpointOptions options = {},
                        WebSocketOptions websocket = {});

  std::atomic<int> handlers_alive{0};
  Shards shards;
  Endpoint endpoint;
  Worker elsewhere{"elsewhere"};

  [[nodiscard]] std::uint16_t port() const { return endpoint.port(); }
  /// Lets the threads run.
  EchoEndpoint& run() {
    shards.start();
    return *this;
  }
};

}  // namespace entmoot
