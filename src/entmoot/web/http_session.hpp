// SPDX-License-Identifier: MIT

#pragma once

// One connection while it speaks HTTP. A request is read and answered before the next one is parsed, so responses keep
// their order and a client cannot pile up work. At a mounted socket the connection is handed to a WebSocketSession,
// together with any bytes the client sent after its handshake; a long-poll request is answered like any other
// (web/longpoll).
//
// The checks at a socket come in Phoenix's order: method (400), Origin (403), the token in the subprotocols (400), the
// subprotocols (403), connect with the vsn (403, or the mount's error_handler, or 500), then the upgrade headers (400).
//
// Deadlines: the head of a request, its body, the pause between requests, a client that does not read its response.
// A malformed request is answered with an error and ends the connection.
//
// From: web/listener.  To: web/router, web/static_files, web/websocket_session, web/longpoll.  The connection's shard
// only.

#include <entmoot/web/connections.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/http_parser.hpp>
#include <entmoot/web/outbox.hpp>
#include <entmoot/web/site.hpp>
#include <entmoot/web/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace entmoot {

class HttpSession final : public Connection, private Flushable, private StreamOwner {
 public:
  /// Adds itself to the table and starts reading.
  static void start(Connections& connections, std::shared_ptr<const Site> site, Stream stream, Peer peer);
  HttpSession(Connections& connections, std::shared_ptr<const Site> site, Stream stream, Peer peer);
  ~HttpSession() override;

  void drain() override;

 private:
  enum class State : std::uint8_t { reading, answering, writing, gone };

  void on_readable() override;
  void on_writable() override;
  void flush() override;

  /// Parses buffered input until a request is complete.
  void take_input();
  void wait_for_input();
  void on_input_timeout();
  void serve(HttpRequest request);
  void serve_mount(const Site::Place& place, HttpRequest request);
  void serve_websocket(const EndpointSocket& mount, const HttpRequest& request);
  /// A responder for the current request; usable from any thread.
  [[nodiscard]] Responder responder();
  void answer(HttpResponse response);
  void answered();
  void finish();

  Connections& connections_;
  Shard& shard_;
  const std::shared_ptr<const Site> site_;
  const Peer peer_;

  Stream stream_;
  HttpParser parser_;
  Outbox outbox_;
  WritePump pump_;
  State state_ = State::reading;
  std::string input_;  // bytes from input_at_ on are not yet consumed
  std::size_t input_at_ = 0;
  bool keep_alive_ = true;
  bool leave_out_body_ = false;  // the request was a HEAD
  bool leaving_ = false;         // draining: the current response is the last
  enum class Waiting : std::uint8_t { nothing, next_request, head, body } waiting_ = Waiting::nothing;
  Deadline input_deadline_;
};

}  // namespace entmoot
