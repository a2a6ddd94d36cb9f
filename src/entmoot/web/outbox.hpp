// SPDX-License-Identifier: MIT

#pragma once

// The bytes queued for one client. Frames are shared: an entry is a reference and the few bytes of its header, never a
// copy, and one write gathers many entries.
//
// Bounded in bytes and in frames. The owner decides what to do when the outbox is full: push() refuses, and a WebSocket
// session then closes the client as too slow (web/websocket_session.hpp). A single frame over the byte limit is
// accepted when nothing else is queued, so that a large reply can be sent at all.
//
// The connection's shard only.

#include <entmoot/base/bytes.hpp>
#include <entmoot/phoenix/frame.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/stream.hpp>
#include <entmoot/web/websocket_codec.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/uio.h>

namespace entmoot {

struct OutboxLimits {
  std::size_t bytes_max = 1 * MiB;  ///< Some thousand chat messages; a client that far behind will not catch up.
  std::size_t frames_max = 8192;    ///< Bounds the queue's own memory (24 bytes an entry) for tiny frames.
};

class Outbox {
 public:
  explicit Outbox(OutboxLimits limits = {}) noexcept : limits_(limits) {}

  /// False if the outbox is full; then nothing is queued.
  [[nodiscard]] bool push(const Frame& frame) { return push(frame.kind, frame.bytes, false); }
  /// As above, with the message's bytes as they are sent; `compressed` sets RSV1.
  [[nodiscard]] bool push(Frame::Kind kind, const SharedBytes& bytes, bool compressed);
  /// At most 16 pongs are queued; beyond that only the latest ping is answered (RFC 6455 §5.5.3).
  void push_pong(std::string_view payload);
  /// Queues the close frame, the last one. Code 0 sends no code.
  void push_close(std::uint16_t code, std::string_view reason);
  /// Queues a piece of an HTTP response: its head or its body. Not bounded by the limits.
  void push_http(SharedBytes bytes);
  /// Discards the entries of which nothing has been written. A partly written frame has to be completed.
  void drop_unsent();

  [[nodiscard]] bool empty() const noexcept { return first_ == entries_.size(); }
  /// Bytes not yet written, headers included.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t frames() const noexcept { return entries_.size() - first_; }

  enum class Written : std::uint8_t { all, more, blocked, broken };
  /// One gather write. `more`: all bytes offered were written, and more entries are queued.
  [[nodiscard]] Written write(Stream& stream);

  /// The two halves of write(): gather() fills `pieces` from the front of the queue; sent() records what was written.
  [[nodiscard]] std::size_t gather(std::span<iovec> pieces) const noexcept;
  void sent(std::size_t bytes) noexcept;

 private:
  struct Entry {
    SharedBytes payload;
    std::optional<WebSocketHeader> header = {};  // of a frame; HTTP has none
    bool pong = false;
    [[nodiscard]] std::string_view head() const noexcept { return header ? header->view() : std::string_view(); }
    [[nodiscard]] std::size_t size() const noexcept { return head().size() + payload.size(); }
  };
  void append(Entry entry);

  const OutboxLimits limits_;
  std::vector<Entry> entries_;  // [first_, end) are queued
  std::size_t first_ = 0;
  std::size_t first_sent_ = 0;  // bytes of the first one already written
  std::size_t bytes_ = 0;
  unsigned pongs_ = 0;
};

/// Writes a connection's outbox to its stream, and detects a client that stops reading. While the socket's send buffer
/// is full nothing is written; the stream then reports when it is writable again, and the owner calls resume().
class WritePump {
 public:
  explicit WritePump(Shard& shard) noexcept : stall_deadline_(shard) {}

  /// One write. On `blocked` it waits for the stream to become writable; `on_stall` is called if that takes longer than
  /// `stall_timeout`.
  template <class OnStall>
  [[nodiscard]] Outbox::Written write(Outbox& outbox, Stream& stream, Duration stall_timeout, OnStall on_stall) {
    if (blocked_) return Outbox::Written::blocked;
    const auto written = outbox.write(stream);
    if (written == Outbox::Written::blocked) {
      blocked_ = true;
      stream.when_writable();
      stall_deadline_.set(stall_timeout, std::move(on_stall));
    }
    return written;
  }
  /// The stream is writable again, or the connection has ended.
  void resume() noexcept {
    blocked_ = false;
    stall_deadline_.cancel();
  }

 private:
  bool blocked_ = false;
  Deadline stall_deadline_;
};

}  // namespace entmoot
