// SPDX-License-Identifier: MIT

#pragma once

// The interface between protocol and connection. `phoenix` knows no sockets and `web` knows no messages: a connection
// passes frames up to a FrameHandler, and the protocol pushes frames down into a Transport. Both belong to one client
// and live on that client's shard; every call is made there.
//
// From: web/websocket_session, web/longpoll_session.  To: phoenix/socket.

#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/phoenix/frame.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// RFC 6455 §7.4. 1000 is not here: phoenix.js up to 1.8.15 takes it for "do not reconnect".
enum class CloseCode : std::uint16_t {
  going_away = 1001,        ///< disconnect broadcast, idle timeout
  protocol_error = 1002,    ///< broken WebSocket framing
  invalid_data = 1007,      ///< text that is not UTF-8
  policy_violation = 1008,  ///< a flood, a client that reads too slowly, an expired token
  too_big = 1009,           ///< a message over the limit
  internal_error = 1011,    ///< a malformed Phoenix message, or an internal error
  service_restart = 1012,   ///< the server shuts down; the client should reconnect
};

/// A connection to one client, as seen by the protocol. Both functions are called from within a handler's work: they
/// neither call back into the FrameHandler nor destroy it before they have returned.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Queues a frame; never blocks. The transport decides how to handle a client that is too slow.
  virtual void push(Frame frame) = 0;
  /// Sends the queued frames, then closes. Later pushes are dropped. `reason` is at most 123 bytes.
  virtual void close(CloseCode code, std::string_view reason) = 0;
};

/// Enough for what comes before a message's payload.
inline constexpr std::size_t oversize_head_bytes = 4 * KiB;

/// The receiver of a connection's frames. The connection destroys it when the connection ends
/// (Phoenix.Socket.Transport.terminate/2).
class FrameHandler {
 public:
  virtual ~FrameHandler() = default;
  /// One complete frame, in the order of arrival (Phoenix.Socket.Transport.handle_in/2). `frame` is valid for the call.
  virtual void handle_in(Frame::Kind kind, std::string_view frame) = 0;
  /// A frame that is longer than `bytes_max`, of which the transport has kept only the beginning: at least the first
  /// oversize_head_bytes, or all of a shorter frame. Valid for the call.
  virtual void handle_oversize(Frame::Kind kind, std::string_view head, std::size_t bytes_max) = 0;

  /// Whether all frames have been processed: false while the answer to a join is outstanding. A transport that
  /// acknowledges frames, like long-poll, waits for it; frames may be passed in all the same.
  [[nodiscard]] virtual bool is_settled() const { return true; }
  /// Calls `then` from a task of its own once it is settled. Replaces the callback set before.
  virtual void when_settled(UniqueFunction<void()> then) { then(); }
  /// What is held for the client: its messages without an answer, and what its transport queues before they are passed
  /// in. While it exceeds its limit, a transport passes in no further frames and reads none, so that the client waits
  /// instead of being refused. Null: unlimited.
  [[nodiscard]] virtual std::shared_ptr<MemoryAccount> account() const { return nullptr; }
};

/// The transport of a client.
enum class TransportKind : std::uint8_t { websocket, longpoll };

/// The data of a connect request (the connect_info of Phoenix.Socket.connect/3). All of it comes from the client,
/// except `peer`; behind a proxy `peer` is the proxy, and the client's address is in `x_headers`.
struct ConnectInfo {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::string query = {};  ///< Raw query string of the request, without '?'; the socket parses it (vsn, params).
  std::string peer = {};   ///< Address of the peer, for the log.
  bool peer_is_loopback = false;
  std::uint16_t peer_port = 0;
  /// Whether a program on this machine has connected, without a proxy in between (web/local_client.hpp).
  bool is_local = false;
  TransportKind transport = TransportKind::websocket;
  std::string host = {};        ///< As in the request, with the port if one was given.
  std::string path = {};        ///< As sent.
  Pairs path_params = {};       ///< `:name` parts of the mount's path, decoded; they override query parameters.
  std::string user_agent = {};  ///< Empty: not sent.
  Pairs x_headers = {};         ///< The headers whose name begins with "x-", names in lower case, in order.
  /// The token of the client's `authToken` option, decoded, if the mount has EndpointSocket::auth_token.
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
