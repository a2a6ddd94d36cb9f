// SPDX-License-Identifier: MIT

#pragma once

// The configuration of one mounted socket: the application's connect callback, and the ways in which clients connect.

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

/// Phoenix.Endpoint.socket/3.
struct EndpointSocket {
  /// Phoenix.Socket.connect/3. Runs on the connection's shard, so on several shards concurrently. An Error is answered
  /// with 403 without a body, an exception with 500. Frames pushed by connect are sent right after the handshake.
  /// `transport` outlives the handler.
  std::function<Result<std::unique_ptr<FrameHandler>>(const ConnectInfo&, Transport& transport)> connect;
  OriginPolicy origin = {};
  /// Appended to the mount's path; may have `:name` parts, like the mount's path itself.
  std::string websocket_path = "/websocket";
  /// As `websocket_path`, for long-polling, if `longpoll` is set.
  std::string longpoll_path = "/longpoll";
  /// Subprotocols besides "phoenix", in order of preference. A client that offers only others is refused (403).
  std::vector<std::string> subprotocols = {};
  /// Extracts the token (`authToken` in phoenix.js) from the offered subprotocols and passes it to connect.
  bool auth_token = false;
  /// Makes the response to an Error that has a reason, instead of the 403: 429 for "rate limited", for example. Called
  /// on several shards concurrently.
  std::function<HttpResponse(const HttpRequest&, const Error&)> error_handler = {};
  WebSocketOptions websocket = {};
  /// Long-polling, the fallback for clients that cannot open a WebSocket. Off unless set, as in Phoenix.
  std::optional<LongpollOptions> longpoll = {};
};

}  // namespace entmoot
