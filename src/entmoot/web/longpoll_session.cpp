// SPDX-License-Identifier: MIT

#include <entmoot/web/longpoll_session.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/web/longpoll_wire.hpp>

#include <exception>
#include <utility>

namespace entmoot {

LongpollSession::LongpollSession(LongpollTable& table, std::string network)
    : table_(table),
      connections_(table.connections()),
      shard_(connections_.shard()),
      options_(table.options()),
      network_(std::move(network)),
      id_(table.add(*this, network_)),
      poll_deadline_(shard_),
      publish_deadline_(shard_),
      session_deadline_(shard_) {}

LongpollSession::~LongpollSession() {
  ended_ = true;  // the handler may still push while it is destroyed
  count_end();
  shard_.forget_flush(*this);
  table_.remove(id_, network_);
}

void LongpollSession::open(std::string token, std::unique_ptr<FrameHandler> handler) {
  token_ = std::move(token);
  handler_ = std::move(handler);
  if (ended_) return destroy_later(shard_, std::move(handler_));  // connect closed it
  last_poll_ = shard_.clock().now();
  watch_polls();
  counted_ = true;
  ++connections_.counters().longpolls;
  ++connections_.counters().longpolls_opened;
  connections_.add(shared_from_this());
}

void LongpollSession::poll(Responder responder) {
  shard_.assert_here();
  last_poll_ = shard_.clock().now();
  if (parked_) parked_->respond(longpoll_messages(204, token_, {}));
  parked_ = std::move(responder);
  if (!queue_.empty()) return answer_poll();
  poll_deadline_.set(options_.window, [this] { answer_poll(); });
}

void LongpollSession::answer_poll() {
  if (!parked_) return;
  poll_deadline_.cancel();
  const auto frames = std::exchange(queue_, {});
  queued_bytes_ = 0;
  parked_->respond(longpoll_messages(frames.empty() ? 204 : 200, token_, frames));
  parked_.reset();
}

void LongpollSession::push(Frame frame) {
  shard_.assert_here();
  if (ended_) return;
  if (frame.kind == Frame::Kind::binary) {
    if (!std::exchange(warned_, true)) log::warn("binary messages cannot be sent over long-poll and are dropped");
    return;
  }
  const auto is_full = [&] {
    return !queue_.empty() && (queued_bytes_ + frame.bytes.size() > options_.queued_bytes_max ||
                               queue_.size() >= options_.queued_frames_max);
  };
  // The queue may hold only what this round produced. Send that first; if it is still full, the client is too slow.
  if (is_full()) answer_poll();
  if (is_full()) {
    queue_.clear();
    ++connections_.counters().slow_clients;
    return close(CloseCode::policy_violation, "too slow");
  }
  queued_bytes_ += frame.bytes.size();
  queue_.push_back(std::move(frame));
  if (parked_) shard_.flush_later(*this);
}

void LongpollSession::close(CloseCode code, std::string_view reason) {
  shard_.assert_here();
  log::debug("long-poll session closed: {} {}", static_cast<int>(code), log::quoted(reason));
  end();
}

void LongpollSession::publish(std::vector<Frame> frames, Responder responder) {
  shard_.assert_here();
  if (publishes_.size() >= options_.publishes_max) return responder.respond(longpoll_error(503));
  std::size_t bytes = 0;
  for (const Frame& frame : frames) bytes += frame.bytes.size();
  publishes_.push_back({std::move(frames), 0, std::move(responder), MemoryCharge(handler_->account(), bytes)});
  if (publishes_.size() == 1) take_frames();
}

void LongpollSession::take_frames() {
  while (!publishes_.empty()) {
    if (!handler_->is_settled()) return wait_until_settled();
    if (has_to_wait()) return wait_until_returned();
    auto& first = publishes_.front();
    if (first.next < first.frames.size()) {
      hand_over(first.frames[first.next++]);
      if (ended_) return;  // which has answered every POST
    } else {
      publish_deadline_.cancel();
      first.responder.respond(longpoll_status(200));
      publishes_.pop_front();
    }
  }
}

void LongpollSession::hand_over(const Frame& frame) {
  const auto bytes = frame.bytes;  // the session, and with it the frame, may end during the call
  const bool oversize = bytes.size() > options_.message_bytes_max;
  const auto handled = guarded([&] {
    if (!oversize) return handler_->handle_in(frame.kind, bytes.view());
    handler_->handle_oversize(frame.kind, bytes.view(), options_.message_bytes_max);
  });
  if (handled) return;
  log::error("long-poll: the frame handler threw {}; the session is closed", log::quoted(handled.error().reason));
  close(CloseCode::internal_error, "");
}

void LongpollSession::wait_until_settled() {
  if (!publish_deadline_.is_set()) publish_deadline_.set(options_.window, [this] { refuse_publishes(); });
  if (std::exchange(settling_, true)) return;
  handler_->when_settled([self = weak_from_this()] {
    const auto session = std::static_pointer_cast<LongpollSession>(self.lock());
    if (!session || session->ended_) return;
    session->settling_ = false;
    session->take_frames();
  });
}

/// Whether so much is held for the client, besides the frames that wait here, that these have to wait.
bool LongpollSession::has_to_wait() const {
  const auto account = handler_->account();
  if (!account) return false;
  std::size_t here = 0;
  for (const auto& publish : publishes_) here += publish.held.bytes();
  return account->used() - here >= account->limit();
}

void LongpollSession::wait_until_returned() {
  if (!publish_deadline_.is_set()) publish_deadline_.set(options_.window, [this] { refuse_publishes(); });
  handler_->account()->when_returned([&shard = shard_, weak = weak_from_this()] {
    shard.post([weak] {
      const auto session = std::static_pointer_cast<LongpollSession>(weak.lock());
      if (session && !session->ended_) session->take_frames();
    });
  });
}

void LongpollSession::refuse_publishes() {
  publish_deadline_.cancel();
  for (auto& publish : std::exchange(publishes_, {})) publish.responder.respond(longpoll_status(408));
}

void LongpollSession::watch_polls() {
  const auto timeout = options_.window * 3 / 2;
  session_deadline_.set(timeout, [this, timeout] {
    if (shard_.clock().now() - last_poll_ > timeout) return end();
    watch_polls();
  });
}

void LongpollSession::end() {
  if (std::exchange(ended_, true)) return;
  count_end();
  session_deadline_.cancel();
  answer_poll();
  queue_.clear();
  refuse_publishes();
  destroy_later(shard_, std::move(handler_));
  table_.remove(id_, network_);
  connections_.remove(*this);
}

void LongpollSession::count_end() {
  if (std::exchange(counted_, false)) --connections_.counters().longpolls;
}

}  // namespace entmoot
