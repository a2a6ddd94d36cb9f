// SPDX-License-Identifier: MIT

#pragma once

// One WebSocket after its handshake: received bytes become frames for a FrameHandler, pushed frames become bytes.
//
// Reading. When the socket is readable, one read into the shard's scratch buffer, decoded in place. While too many
// bytes are queued for the client, its input is not read: a client that requests without reading throttles itself.
//
// Writing. push() queues a reference; everything queued in a round of the loop is written in one gather write at its
// end. A client whose outbox is full is closed with 1008 "too slow": it recovers what it missed by joining again.
//
// Compression, if negotiated, happens in one place: push() queues the compressed bytes where they are fewer.
//
// Closing. Both sides use the close handshake of RFC 6455 §7, with a deadline. A client's close is answered with its
// own code; the server never closes with 1000, which older phoenix.js takes for "do not reconnect". The FrameHandler is
// destroyed as soon as the connection starts to close, whichever side starts it, and before the session.
//
// Input of a client that exceeds its frame rate is no longer processed, also while it is closing.
//
// A FrameHandler that throws ends its connection with 1011.
//
// From: web/http_session.  To: phoenix/transport.hpp.  The connection's shard only.

#include <entmoot/phoenix/rate.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/connections.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/outbox.hpp>
#include <entmoot/web/permessage_deflate.hpp>
#include <entmoot/web/stream.hpp>
#include <entmoot/web/websocket_codec.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entmoot {

struct WebSocketOptions {
  WebSocketLimits limits = {};
  OutboxLimits outbox = {};
  /// Frames of any kind. SocketLimits bounds the messages; this rate bounds pings, pongs and fragments, which never
  /// reach the socket and could otherwise keep a core busy. Over it: 1008. The burst admits at least 4 MiB in fragments
  /// of 64 bytes.
  Rate frames = {.per_second = 20'000, .burst = 100'000, .debt = 0};
  bool compress = false;  ///< Accept permessage-deflate from clients that offer it. See SECURITY.md first.
  Duration idle_timeout =
      std::chrono::seconds(60);  ///< Phoenix's; its clients send a heartbeat every 30 s. Any byte counts.
  Duration close_timeout = std::chrono::seconds(5);   ///< From our close frame to the client's.
  Duration stall_timeout = std::chrono::seconds(10);  ///< While bytes are queued and the client takes none.
};

class WebSocketSession final : public Connection, public Transport, private Flushable, private StreamOwner {
 public:
  /// Not open yet: pushed frames are queued until open(). `head` is the 101 response, sent before all frames.
  WebSocketSession(Connections& connections, const WebSocketOptions& options, std::string_view head,
                   std::optional<PerMessageDeflate> deflate = std::nullopt);
  ~WebSocketSession() override;

  /// Takes over the connection and the bytes the client sent after its handshake. Adds itself to the table.
  void open(Stream stream, std::unique_ptr<FrameHandler> handler, std::span<char> early);

  void push(Frame frame) override;
  void close(CloseCode code, std::string_view reason) override;
  void drain() override { close(CloseCode::service_restart, ""); }
  [[nodiscard]] bool reconnects() const noexcept override { return state_ == State::open; }

 private:
  enum class State : std::uint8_t {
    open,
    closing,  // our close frame is queued or sent
    gone,
  };

  void on_readable() override;
  void on_writable() override;
  void flush() override;

  void take(std::span<char> input);
  /// Whether so much is held for the client that its input has to wait.
  [[nodiscard]] bool has_to_wait() const;
  /// Takes the kept input when less is held for the client.
  void go_on_when_returned();
  void take_kept();
  void check_frame_rate();
  /// Waits for more input, unless too many bytes are queued for the client.
  void read_on();
  void take_event(const WebSocketEvent& event);
  /// A handler that throws ends the connection.
  template <class Step>
  void guard(Step&& step);
  void hand_over(Frame::Kind kind, std::string_view payload);
  void begin_close(std::uint16_t code, std::string_view reason);
  void close_if_done();
  void watch_idle(Duration delay);
  void abandon();
  void finish();
  void count_end();
  void count_outbox();

  // Constant after construction.
  Connections& connections_;
  Shard& shard_;
  const WebSocketOptions options_;
  const std::optional<PerMessageDeflate> deflate_;

  Stream stream_;
  WebSocketDecoder decoder_;
  Outbox outbox_;
  WritePump pump_;
  State state_ = State::open;
  bool peer_is_done_ = false;  // it sent a close frame or violated the protocol: its input is ignored
  TimePoint last_received_{};
  TokenBucket frames_;
  Deadline idle_;
  Deadline closing_;
  std::unique_ptr<FrameHandler> handler_;
  bool counted_ = false;            // in WebCounters::websockets
  std::size_t counted_outbox_ = 0;  // in WebCounters::outbox_bytes
  // Not decoded yet, because too much is held for the client, or because the rest of a read waits for the next round.
  // Usually empty; nothing is read before it is.
  std::string kept_input_;
  bool waits_for_outbox_ = false;  // the kept input
};

}  // namespace entmoot
