// SPDX-License-Identifier: MIT

#include <entmoot/web/websocket_session.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/web/lingering_close.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace entmoot {

namespace {
constexpr std::size_t pause_reading_above_bytes =
    256 * KiB;  // with more than this queued for the client, its input is not read
// After this time the rest of what was read waits for the next round: it may be ten thousand short frames.
constexpr Duration input_time_max = std::chrono::microseconds(300);
}  // namespace

WebSocketSession::WebSocketSession(Connections& connections, const WebSocketOptions& options, std::string_view head,
                                   std::optional<PerMessageDeflate> deflate)
    : connections_(connections),
      shard_(connections.shard()),
      options_(options),
      deflate_(deflate),
      decoder_(options.limits, deflate.has_value()),
      outbox_(options.outbox),
      pump_(shard_),
      frames_(options.frames, shard_.clock().now()),
      idle_(shard_),
      closing_(shard_) {
  outbox_.push_http(SharedBytes(head));
}

WebSocketSession::~WebSocketSession() {
  state_ = State::gone;  // the handler may still push while it is destroyed
  count_end();
  shard_.forget_flush(*this);
}

void WebSocketSession::open(Stream stream, std::unique_ptr<FrameHandler> handler, std::span<char> early) {
  stream_ = std::move(stream);
  stream_.belong_to(*this);
  handler_ = std::move(handler);
  last_received_ = shard_.clock().now();
  shard_.flush_later(*this, outbox_.bytes());
  counted_ = true;
  ++connections_.counters().websockets;
  ++connections_.counters().websockets_opened;
  connections_.add(shared_from_this());
  if (state_ == State::open) {
    watch_idle(options_.idle_timeout);
  } else {
    destroy_later(shard_, std::move(handler_));  // connect closed it
  }
  take(early);
}

void WebSocketSession::push(Frame frame) {
  shard_.assert_here();
  if (state_ != State::open) return;
  const SharedBytes compressed = deflate_ ? deflate_->compressed(frame.bytes) : SharedBytes();
  const bool smaller = !compressed.empty();
  const SharedBytes& bytes = smaller ? compressed : frame.bytes;
  if (!outbox_.push(frame.kind, bytes, smaller)) {
    // The outbox may hold only what this round produced. Write that first; if it is still full, the client is too slow.
    flush();
    if (state_ != State::open) return;
    if (!outbox_.push(frame.kind, bytes, smaller)) {
      outbox_.drop_unsent();
      ++connections_.counters().slow_clients;
      return close(CloseCode::policy_violation, "too slow");
    }
  }
  shard_.flush_later(*this, outbox_.bytes());
}

void WebSocketSession::close(CloseCode code, std::string_view reason) {
  shard_.assert_here();
  begin_close(static_cast<std::uint16_t>(code), reason);
}

void WebSocketSession::begin_close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return;
  state_ = State::closing;
  idle_.cancel();
  outbox_.push_close(code, reason);
  shard_.flush_later(*this, outbox_.bytes());
  closing_.set(options_.close_timeout, [this] { abandon(); });
  destroy_later(shard_, std::move(handler_));
}

void WebSocketSession::on_readable() {
  if (!kept_input_.empty()) return take_kept();
  const auto result = stream_.read(connections_.scratch());
  switch (result.status) {
    case IoResult::Status::done:
      last_received_ = shard_.clock().now();
      return take(connections_.scratch().first(result.bytes));
    case IoResult::Status::would_block: return stream_.when_readable();
    default: return finish();
  }
}

void WebSocketSession::take(std::span<char> input) {
  const TimePoint end = shard_.clock().now() + input_time_max;
  for (int events = 1; state_ != State::gone && !peer_is_done_; ++events) {
    // A read may hold a thousand joins, whose answers would fill the outbox of a client that reads well.
    if (!input.empty() && outbox_.bytes() > pause_reading_above_bytes && state_ == State::open) {
      flush();
      if (state_ == State::gone) return;
      if (outbox_.bytes() > pause_reading_above_bytes) {
        kept_input_.assign(input.begin(), input.end());
        waits_for_outbox_ = true;
        break;
      }
    }
    const bool waits = !input.empty() && has_to_wait();
    if (waits || (!input.empty() && events % 16 == 0 && shard_.clock().now() > end)) {
      kept_input_.assign(input.begin(), input.end());
      waits ? go_on_when_returned() : stream_.read_later();
      break;
    }
    const auto event = decoder_.decode(input);
    if (!event) break;
    take_event(*event);
  }
  check_frame_rate();
  close_if_done();
  read_on();
}

bool WebSocketSession::has_to_wait() const {
  if (!handler_) return false;
  const auto account = handler_->account();
  return account && account->used() >= account->limit();
}

void WebSocketSession::go_on_when_returned() {
  handler_->account()->when_returned([&shard = shard_, session = weak_from_this()] {
    shard.post([session] {
      if (const auto self = session.lock()) static_cast<WebSocketSession&>(*self).take_kept();
    });
  });
}

void WebSocketSession::take_kept() {
  std::string input = std::exchange(kept_input_, {});
  if (!input.empty() && state_ != State::gone) take(input);
}

void WebSocketSession::check_frame_rate() {
  const auto frames = static_cast<double>(decoder_.take_frame_count());
  if (state_ == State::gone || peer_is_done_) return;
  if (frames_.take(frames, options_.frames, shard_.clock().now()) == Pace::fine) return;
  peer_is_done_ = true;
  begin_close(static_cast<std::uint16_t>(CloseCode::policy_violation), "too many frames");
}

void WebSocketSession::read_on() {
  if (state_ == State::gone || outbox_.bytes() > pause_reading_above_bytes) return;
  if (std::exchange(waits_for_outbox_, false)) return stream_.read_later();
  if (kept_input_.empty()) stream_.when_readable();
}

template <class Step>
void WebSocketSession::guard(Step&& step) {
  const auto handled = guarded(std::forward<Step>(step));
  if (handled) return;
  log::error("WebSocket: the frame handler threw {}; the connection is closed", log::quoted(handled.error().reason));
  close(CloseCode::internal_error, "");
}

void WebSocketSession::take_event(const WebSocketEvent& event) {
  using Kind = WebSocketEvent::Kind;
  switch (event.kind) {
    case Kind::text:
    case Kind::binary:
      if (state_ != State::open) return;
      return hand_over(event.kind == Kind::text ? Frame::Kind::text : Frame::Kind::binary, event.payload);
    case Kind::oversize_text:
    case Kind::oversize_binary:
      if (state_ != State::open) return;
      return guard([&] {
        handler_->handle_oversize(event.kind == Kind::oversize_text ? Frame::Kind::text : Frame::Kind::binary,
                                  event.payload, options_.limits.message_bytes_max);
      });
    case Kind::ping:
      if (state_ != State::open) return;
      outbox_.push_pong(event.payload);
      return shard_.flush_later(*this, outbox_.bytes());
    case Kind::pong: return;
    case Kind::close: peer_is_done_ = true; return begin_close(event.code, "");
    case Kind::error: peer_is_done_ = true; return begin_close(event.code, event.payload);
  }
}

void WebSocketSession::hand_over(Frame::Kind kind, std::string_view payload) {
  guard([&] { handler_->handle_in(kind, payload); });
}

void WebSocketSession::flush() {
  if (!stream_.is_open()) return;
  const auto stalled = [this] {
    ++connections_.counters().slow_clients;
    abandon();
  };
  const auto written = pump_.write(outbox_, stream_, options_.stall_timeout, stalled);
  count_outbox();
  switch (written) {
    case Outbox::Written::all: close_if_done(); return read_on();
    case Outbox::Written::more: shard_.flush_later(*this, outbox_.bytes()); return read_on();
    case Outbox::Written::broken: return finish();
    case Outbox::Written::blocked: return;
  }
}

void WebSocketSession::on_writable() {
  pump_.resume();
  flush();
  read_on();
}

void WebSocketSession::close_if_done() {
  if (state_ != State::closing || !peer_is_done_ || !outbox_.empty() || !stream_.is_open()) return;
  LingeringClose::start(connections_, std::move(stream_));
  finish();
}

void WebSocketSession::watch_idle(Duration delay) {
  idle_.set(delay, [this] {
    const auto idle = shard_.clock().now() - last_received_;
    // Idleness cannot be observed while input is not read; then the stall timeout applies.
    if (idle < options_.idle_timeout || outbox_.bytes() > pause_reading_above_bytes || !kept_input_.empty()) {
      return watch_idle(idle < options_.idle_timeout ? options_.idle_timeout - idle : options_.idle_timeout);
    }
    close(CloseCode::going_away, "idle");
  });
}

/// The client does not read: what it was sent is discarded.
void WebSocketSession::abandon() {
  stream_.abandon();
  finish();
}

void WebSocketSession::finish() {
  if (std::exchange(state_, State::gone) == State::gone) return;
  idle_.cancel();
  closing_.cancel();
  pump_.resume();
  stream_.close();
  count_end();
  destroy_later(shard_, std::move(handler_));
  connections_.remove(*this);
}

/// What the client has not taken. Counted when a round has written what it could: usually nothing is left.
void WebSocketSession::count_outbox() {
  const std::size_t now = counted_ ? outbox_.bytes() : 0;
  if (now == counted_outbox_) return;
  connections_.counters().outbox_bytes += static_cast<std::int64_t>(now) - static_cast<std::int64_t>(counted_outbox_);
  counted_outbox_ = now;
}

void WebSocketSession::count_end() {
  if (std::exchange(counted_, false)) --connections_.counters().websockets;
  count_outbox();
}

}  // namespace entmoot
