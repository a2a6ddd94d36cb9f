// SPDX-License-Identifier: MIT

#pragma once

// Where the protocol and the connection meet. `phoenix` knows no socket and `web` knows no message: a connection hands
// frames up to a FrameHandler, and what is above pushes frames down into a Transport. Both belong to one client and
// live on that client's shard; every call is made there.
//
// From: web/websocket_session, web/longpoll_session.  To: phoenix/socket.

#include <entmoot/base/unique_function.hpp>
#include <entmoot/phoenix/frame.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// RFC 6455 §7.4. 1000 is not here: phoenix.js up to 1.8.15 takes it for "do not come back".
enum class CloseCode : std::uint16_t {
  going_away = 1001,        ///< disconnect broadcast, idle timeout
  protocol_error = 1002,    ///< broken WebSocket framing
  invalid_data = 1007,      ///< text that is not UTF-8
  policy_violation = 1008,  ///< a flood, a client too slow to take its messages, a token that has ended
  too_big = 1009,           ///< a message over the limit
  internal_error = 1011,    ///< a malformed Phoenix message, or our own fault
  service_restart = 1012,   ///< the server goes down; come back
};

/// A connection to one client, seen from above. Both calls are made from the middle of a handler's work: they neither
/// call back into the FrameHandler nor destroy it before they have returned.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Queues a frame; never blocks. What happens when the client is too slow is the transport's policy.
  virtual void push(Frame frame) = 0;
  /// Sends what is queued, then closes. Later pushes are dropped. `reason` is at most 123 bytes.
  virtual void close(CloseCode code, std::string_view reason) = 0;
};

/// What a connection carries its frames to. Destroying it is how the connection says that it is gone
/// (Phoenix.Socket.Transport.terminate/2).
class FrameHandler {
 public:
  virtual ~FrameHandler() = default;
  /// One complete frame, in the order of arrival (Phoenix.Socket.Transport.handle_in/2). `frame` is valid for the call.
  virtual void handle_in(Frame::Kind kind, std::string_view frame) = 0;

  /// Whether what came has been taken in: false while the answer to a join is outstanding. A transport that
  /// acknowledges, like long-poll, waits for it; frames may come all the same.
  [[nodiscard]] virtual bool is_settled() const { return true; }
  /// Calls `then`, instead of what was given before, from a task of its own once it is settled.
  virtual void when_settled(UniqueFunction<void()> then) { then(); }
};

/// How a client came.
enum class TransportKind : std::uint8_t { websocket, longpoll };

/// What is known of a client when it asks to connect (the connect_info of Phoenix.Socket.connect/3). All of it is what
/// the client says of itself, except `peer`; behind a proxy `peer` is the proxy, and who came stands in `x_headers`.
struct ConnectInfo {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::string query = {};  ///< Raw query string of the request, without '?'; the socket parses it (vsn, params).
  std::string peer = {};   ///< Address of the peer, for the log.
  bool peer_is_loopback = false;
  TransportKind transport = TransportKind::websocket;
  std::string host = {};        ///< As in the request, with the port if one was given.
  std::string path = {};        ///< As sent.
  Pairs path_params = {};       ///< `:name` parts of the mount's path, decoded; they win over parameters of the query.
  std::string user_agent = {};  ///< Empty: not said.
  Pairs x_headers = {};         ///< The headers whose name begins with "x-", names in lower case, in order.
  /// The token of the client's `authToken` option, decoded, where the mount asks for it (EndpointSocket::auth_token).
  std::optional<std::string> auth_token = {};

  /// The first of `x_headers` with this name (lower case), or nothing.
  [[nodiscard]] const std::string* x_header(std::string_view name) const noexcept {
    for (const auto& [key, value] : x_headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
};

}  // namespace entmoot
