// SPDX-License-Identifier: MIT

#pragma once

// What a mount is made of: the application's connect, and how clients may come.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>
#include <entmoot/web/longpoll_table.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/websocket_session.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
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
  /// The same for long-polling, if `longpoll` is set.
  std::string longpoll_path = "/longpoll";
  /// Names the application speaks besides "phoenix", best first. A client that offers others only is refused (403).
  std::vector<std::string> subprotocols = {};
  /// Takes the token out of the client's offer (`authToken` in phoenix.js) and shows it to connect.
  bool auth_token = false;
  /// Answers an Error that has a reason, instead of the 403: 429 for "rate limited", say. On every shard at once.
  std::function<HttpResponse(const HttpRequest&, const Error&)> error_handler = {};
  WebSocketOptions websocket = {};
  /// Off unless given, as in Phoenix: what a browser falls back on where no WebSocket gets through.
  std::optional<LongpollOptions> longpoll = {};
};

}  // namespace entmoot
