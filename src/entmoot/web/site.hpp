// SPDX-License-Identifier: MIT

#pragma once

// What is served, without who serves it: the routes, the files, the sockets. Filled before the start, immutable
// afterwards, shared by all shards.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/handshake.hpp>
#include <entmoot/web/http_parser.hpp>
#include <entmoot/web/router.hpp>
#include <entmoot/web/static_files.hpp>
#include <entmoot/web/websocket_session.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// Phoenix.Endpoint.socket/3: where clients connect, and who talks to them.
struct EndpointSocket {
  /// Phoenix.Socket.connect/3. Runs on the connection's shard, on several shards at once. An Error is a 403 without a
  /// body; what is pushed here is sent right behind the handshake. `transport` outlives the handler.
  std::function<Result<std::unique_ptr<FrameHandler>>(const ConnectInfo&, Transport& transport)> connect;
  OriginPolicy origin = {};
  WebSocketOptions websocket = {};
};

struct HttpOptions {
  HttpLimits limits = {};
  Duration head_timeout = std::chrono::seconds(5);         ///< From the first byte of a request to the end of its head.
  Duration body_timeout = std::chrono::seconds(15);        ///< And from there to the end of its body.
  Duration keep_alive_timeout = std::chrono::seconds(15);  ///< Between two requests.
  Duration stall_timeout = std::chrono::seconds(10);       ///< Without a byte of the answer taken.
};

struct Site {
  struct Mount {
    std::string websocket_path;
    EndpointSocket socket;
  };

  HttpOptions http = {};
  Router router = {};
  StaticFiles files = {};
  std::vector<Mount> mounts = {};

  [[nodiscard]] const EndpointSocket* find_mount(std::string_view path) const noexcept {
    for (const auto& mount : mounts) {
      if (mount.websocket_path == path) return &mount.socket;
    }
    return nullptr;
  }
};

}  // namespace entmoot
