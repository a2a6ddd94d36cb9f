// SPDX-License-Identifier: MIT

#pragma once

// One WebSocket after its handshake: bytes of the client become frames for a FrameHandler, pushed frames become bytes.
//
// Reading. On readiness one read into the shard's scratch buffer, decoded in place. While the client does not take what
// it is sent, it is not read either, so whoever only asks and never listens waits for itself.
//
// Writing. push() queues a reference; everything queued in a round of the loop leaves in one gather write at its end.
// A client whose outbox is full is closed with 1008 "too slow": what it missed it can only get by joining again.
//
// Compression, if it was agreed on, is here in one place: push() queues the compressed bytes where they are fewer.
//
// Closing. Both ways by the handshake of RFC 6455 §7, with a deadline. A client's close is answered with its own code;
// we never begin with 1000, which older phoenix.js takes for "do not come back". The FrameHandler is destroyed as soon
// as the connection is closing, whoever began, and before the session.
//
// A client that sends more frames than it may is not listened to any more, whether it is closing or not.
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
#include <string_view>

namespace entmoot {

struct WebSocketOptions {
  WebSocketLimits limits = {};
  OutboxLimits outbox = {};
  /// Frames of any kind. What a message may cost is judged above (SocketLimits); this is for pings, pongs and
  /// fragments, which nobody above sees: without it one client keeps a core busy. Over it: 1008. The burst is 4 MiB in
  /// fragments of 64 bytes, and more.
  Rate frames = {.per_second = 20'000, .burst = 100'000, .debt = 0};
  bool compress = false;  ///< Accept permessage-deflate, for clients that offer it. See SECURITY.md before you do.
  Duration idle_timeout = std::chrono::seconds(60);   ///< Phoenix's; its clients speak every 30 s. Any byte counts.
  Duration close_timeout = std::chrono::seconds(5);   ///< From our close to the client's answer.
  Duration stall_timeout = std::chrono::seconds(10);  ///< Without a single byte taken, though bytes wait.
};

class WebSocketSession final : public Connection, public Transport, private Flushable, private StreamOwner {
 public:
  /// Not open yet: what is pushed waits for open(). `head` is the 101, sent before all frames.
  WebSocketSession(Connections& connections, const WebSocketOptions& options, std::string_view head,
                   std::optional<PerMessageDeflate> deflate = std::nullopt);
  ~WebSocketSession() override;

  /// Takes the connection over, and what the client sent behind its handshake. Adds itself to the table.
  void open(Stream stream, std::unique_ptr<FrameHandler> handler, std::span<char> early);

  void push(Frame frame) override;
  void close(CloseCode code, std::string_view reason) override;
  void drain() override { close(CloseCode::service_restart, ""); }
  [[nodiscard]] bool reconnects() const noexcept override { return state_ == State::open; }

 private:
  enum class State : std::uint8_t {
    open,
    closing,  // our close is queued or sent
    gone,
  };

  void on_readable() override;
  void on_writable() override;
  void flush() override;

  void take(std::span<char> input);
  void judge_pace();
  /// Waits for more from the client, unless it has too much to take itself.
  void read_on();
  void take_event(const WebSocketEvent& event);
  void hand_over(Frame::Kind kind, std::string_view payload);
  void begin_close(std::uint16_t code, std::string_view reason);
  void close_if_done();
  void watch_idle(Duration delay);
  void release_handler();
  void finish();

  // Constant after construction.
  Connections& connections_;
  Shard& shard_;
  const WebSocketOptions options_;
  const std::optional<PerMessageDeflate> deflate_;

  Stream stream_;
  WebSocketDecoder decoder_;
  Outbox outbox_;
  State state_ = State::open;
  bool blocked_ = false;       // the kernel takes no more
  bool peer_is_done_ = false;  // it has sent its close, or broken the rules: nothing it says counts
  TimePoint last_heard_{};
  TokenBucket frames_;
  Deadline idle_;
  Deadline closing_;
  Deadline stalled_;
  std::unique_ptr<FrameHandler> handler_;
};

}  // namespace entmoot
