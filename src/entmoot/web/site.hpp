// SPDX-License-Identifier: MIT

#pragma once

// What is served, without who serves it: the routes, the files, the sockets. Filled before the start, immutable
// afterwards, shared by all shards.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/http_parser.hpp>
#include <entmoot/web/http_response.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/path_pattern.hpp>
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
  /// body, an exception a 500; what is pushed here is sent right behind the handshake. `transport` outlives the
  /// handler.
  std::function<Result<std::unique_ptr<FrameHandler>>(const ConnectInfo&, Transport& transport)> connect;
  OriginPolicy origin = {};
  /// Behind the mount's path; may have `:name` parts, like the mount's path itself.
  std::string websocket_path = "/websocket";
  /// Names the application speaks besides "phoenix", best first. A client that offers others only is refused (403).
  std::vector<std::string> subprotocols = {};
  /// Takes the token out of the client's offer (`authToken` in phoenix.js) and shows it to connect.
  bool auth_token = false;
  /// Answers an Error that has a reason, instead of the 403: 429 for "rate limited", say. On every shard at once.
  std::function<HttpResponse(const HttpRequest&, const Error&)> error_handler = {};
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
    PathPattern websocket_path;
    EndpointSocket socket;
  };

  HttpOptions http = {};
  Router router = {};
  StaticFiles files = {};
  std::vector<Mount> mounts = {};

  /// The first mount whose WebSocket is at `path`.
  [[nodiscard]] const Mount* find_mount(std::string_view path) const {
    const auto segments = path_segments(path);
    for (const auto& mount : mounts) {
      if (mount.websocket_path.matches(segments)) return &mount;
    }
    return nullptr;
  }
};

}  // namespace entmoot
