// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/socket.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace entmoot {

namespace {

/// Messages accepted even over the rate limit: heartbeats, and leaves, which reduce the load.
bool is_always_accepted(const Message& message) {
  return message.event.is("phx_leave") || (message.topic.is("phoenix") && message.event.is("heartbeat"));
}

/// The memory that a queued message takes; a client may make any of its parts the long one.
std::size_t size_of(const Message& message) {
  return message.join_ref.token().size() + message.ref.token().size() + message.topic.text().size() +
         message.event.text().size() + message.payload.bytes().size();
}

}  // namespace

Socket::Socket(const UserSocket& user_socket, ClientLink link, const SocketLimits& limits)
    : user_socket_(user_socket),
      limits_(limits),
      link_(std::move(link)),
      messages_(limits_.messages, link_.sockets.shard().clock().now()),
      bytes_(limits_.bytes, link_.sockets.shard().clock().now()),
      joins_(limits_.joins, link_.sockets.shard().clock().now()) {
  link_.id = link_.sockets.add(*this);
  link_.account = std::make_shared<MemoryAccount>(limits_.memory_max);
  waiting_ = MemoryCharge(link_.account);
  schedule_expiry();
  if (client().id.empty()) return;
  disconnects_ = link_.pubsub.subscribe(client().id, [this](const Broadcast& message) {
    if (message.event == "disconnect") disconnect();
  });
}

Socket::~Socket() {
  link_.open = false;  // the transport is ending too
  end_channels();
  link_.sockets.shard().cancel(expiry_);
  link_.sockets.remove(link_.id);
}

void Socket::handle_in(Frame::Kind kind, std::string_view frame) {
  link_.sockets.shard().assert_here();
  if (!link_.open) return;
  SocketCounters& counters = link_.sockets.counters();
  ++counters.messages_in;
  counters.bytes_in += frame.size();
  const TimePoint now = link_.sockets.shard().clock().now();
  const Pace by_bytes = bytes_.take(static_cast<double>(frame.size()), limits_.bytes, now);
  if (by_bytes == Pace::flood) return flooded();
  auto message = link_.serializer.decode(kind, frame);
  if (!message) {
    ++counters.malformed;
    return close(CloseCode::internal_error, message.error().reason);
  }
  const Pace pace = std::max(by_bytes, pace_of(*message, now));
  if (pace == Pace::flood) return flooded();
  if (pace == Pace::over && !is_always_accepted(*message)) {
    ++counters.rate_limited;
    return reply_error(message->join_ref, *message, "rate limit: too much at once, try again later");
  }
  dispatch(*message);
}

/// The transport bounds the number of frames, and with it that of refused joins.
Pace Socket::pace_of(const Message& message, TimePoint now) {
  if (!message.event.is("phx_join")) return messages_.take(1, limits_.messages, now);
  return joins_.try_take(1, limits_.joins, now) ? Pace::fine : Pace::over;
}

void Socket::handle_oversize(Frame::Kind kind, std::string_view head, std::size_t bytes_max) {
  link_.sockets.shard().assert_here();
  if (!link_.open) return;
  const auto message = link_.serializer.decode_head(kind, head);
  if (!message) return close(CloseCode::too_big, "message is too big");
  if (pace_of(*message, link_.sockets.shard().clock().now()) == Pace::flood) return flooded();
  if (link_.sockets.shard().may_log()) {
    log::warn("channel {}: refused {} of a client: the message exceeds {} bytes, the limit for one message",
              log::quoted(message->topic.text()), log::quoted(message->event.text()), bytes_max);
  }
  reply_error(message->join_ref, *message, fmt::format("message too large: the limit is {} bytes", bytes_max));
}

/// Phoenix.Socket.__in__/2.
void Socket::dispatch(const Message& message) {
  if (message.topic.is("phoenix") && message.event.is("heartbeat")) {
    return link_.push(PhxReply{{}, message.ref, message.topic, "ok", empty_object()});
  }

  Joinable* const joinable = message.topic.is_string() ? find(message.topic.text()) : nullptr;
  if (joinable && joinable->server->joining()) return queue_until_joined(*joinable, message);

  if (message.event.is("phx_join")) {
    const auto* factory = message.topic.is_string() ? user_socket_.route(message.topic.text()) : nullptr;
    if (!factory) return unmatched(message);
    if (joinable) {
      joinable->server->end(ChannelEnd::duplicate_join);
      return join(message, *factory, joinable->server->join_ref());
    }
    if (topics_.size() >= limits_.channels_max) {
      return reply_error(message.join_ref, message, "too many channels joined");
    }
    return join(message, *factory, {});
  }

  if (!joinable) {
    if (!message.event.is("phx_leave")) return unmatched(message);
    return link_.push(PhxReply{message.join_ref, message.ref, message.topic, "ok", empty_object()});
  }

  if (!joinable->server->accepts(message.join_ref)) return;  // for an earlier incarnation: no reply, as in Phoenix
  if (message.event.is("phx_leave")) {
    joinable->server->leave(message.ref);
  } else {
    joinable->server->handle_in(message);
  }
  settle(message.topic.text());
}

void Socket::join(const Message& message, const ChannelFactory& factory, std::optional<Ref> replaces) {
  const std::string& topic = message.topic.text();
  std::unique_ptr<Channel> channel;
  if (auto made = guarded([&] { return factory(); })) {
    channel = *std::move(made);
  } else {
    log::error("channel {}: the channel factory threw {}", log::quoted(topic), log::quoted(made.error().reason));
  }
  auto& joinable = topics_[topic];
  joinable.server = std::make_unique<ChannelServer>(link_, topic, ++last_incarnation_, std::move(channel));
  joinable.server->join(message, std::move(replaces), limits_.join_timeout);
  settle(topic);
}

void Socket::queue_until_joined(Joinable& joinable, const Message& message) {
  waiting_bytes_ += size_of(message);
  waiting_.add_anyway(size_of(message));
  if (joinable.waiting.size() >= limits_.waiting_messages_max || waiting_bytes_ > limits_.waiting_bytes_max) {
    return close(CloseCode::policy_violation, "too many messages before the join was answered");
  }
  joinable.waiting.push_back(message);
}

/// After each call into a channel: removes it if it has ended, and processes queued messages once it is not joining.
void Socket::settle(std::string_view topic) {
  Joinable* const joinable = find(topic);
  if (!joinable || joinable->server->joining()) return;
  auto waiting = std::exchange(joinable->waiting, {});
  if (joinable->server->ended()) topics_.erase(topics_.find(topic));
  for (const Message& message : waiting) {
    waiting_bytes_ -= size_of(message);
    waiting_.remove(size_of(message));
  }
  for (const Message& message : waiting) {
    if (!link_.open) return;
    dispatch(message);
  }
  notify_if_settled();
}

bool Socket::is_settled() const {
  return std::ranges::none_of(topics_, [](const auto& entry) { return entry.second.server->joining(); });
}

void Socket::when_settled(UniqueFunction<void()> then) {
  settled_ = std::move(then);
  notify_if_settled();
}

void Socket::notify_if_settled() {
  if (settled_ && is_settled()) link_.sockets.shard().post(std::exchange(settled_, nullptr));
}

void Socket::handle_answer(const SocketRef& to, UniqueFunction<Channel::HandleResult()> then) {
  ChannelServer* const server = find(to);
  if (!server) return;
  server->handle_answer(to, std::move(then));
  settle(to.topic);
}

void Socket::handle_info(const SocketRef& to, UniqueFunction<Channel::InfoResult()> then) {
  ChannelServer* const server = find(to);
  if (!server) return;
  server->handle_info(std::move(then));
  settle(to.topic);
}

void Socket::push(const SocketRef& to, std::string event, Payload payload) {
  push(to, std::move(event), [payload = std::move(payload)]() mutable { return std::move(payload); });
}

void Socket::push(const SocketRef& to, std::string event, UniqueFunction<Payload()> payload) {
  ChannelServer* const server = find(to);
  if (!server) return;
  server->handle_info(
      [server, event = std::move(event), payload = std::move(payload)]() mutable -> Channel::InfoResult {
        server->push(event, payload());
        return Channel::NoReply{};
      });
  settle(to.topic);
}

void Socket::resend(const SocketRef& to, std::vector<std::shared_ptr<const Fastlane>> missed) {
  ChannelServer* const server = find(to);
  if (!server) return;
  server->handle_info([server, missed = std::move(missed)]() -> Channel::InfoResult {
    server->resend(missed);
    return Channel::NoReply{};
  });
  settle(to.topic);
}

void Socket::intercept(const SocketRef& to, std::vector<std::string> events) {
  ChannelServer* const server = find(to);
  if (!server) return;
  server->handle_info([server, events = std::move(events)]() mutable -> Channel::InfoResult {
    server->intercept(std::move(events));
    return Channel::NoReply{};
  });
  settle(to.topic);
}

void Socket::unmatched(const Message& message) {
  ++link_.sockets.counters().unmatched;
  reply_error({}, message, "unmatched topic");
}

void Socket::flooded() {
  ++link_.sockets.counters().floods;
  close(CloseCode::policy_violation, "rate limit");
}

void Socket::reply_error(const Ref& join_ref, const Message& message, std::string_view reason) {
  link_.push(PhxReply{join_ref, message.ref, message.topic, "error", reason_object(reason)});
}

void Socket::close(CloseCode code, std::string_view reason) {
  if (!std::exchange(link_.open, false)) return;
  link_.transport.close(code, reason);
  link_.sockets.shard().cancel(expiry_);
  end_channels();
}

/// Expiry is a wall-clock time, and timers are monotonic. So the wall clock is checked again when the timer fires, at
/// least once an hour, because it may have been set in between.
void Socket::schedule_expiry() {
  using namespace std::chrono_literals;
  Shard& shard = link_.sockets.shard();
  const std::optional<WallTime>& expires_at = client().expires_at;
  if (!expires_at) return;
  const auto left = *expires_at - shard.clock().wall().now();
  expiry_ = shard.after(std::clamp<std::chrono::milliseconds>(left, 0ms, 1h), [this, at = *expires_at] {
    expiry_ = TimerId::none;
    const bool over = at <= link_.sockets.shard().clock().wall().now();
    return over ? close(CloseCode::policy_violation, "token expired") : schedule_expiry();
  });
}

void Socket::end_channels() {
  for (auto& [topic, joinable] : std::exchange(topics_, {})) joinable.server->end(ChannelEnd::socket_closed);
  waiting_bytes_ = 0;
  waiting_.clear();
}

Socket::Joinable* Socket::find(std::string_view topic) noexcept {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? nullptr : &found->second;
}

ChannelServer* Socket::find(const SocketRef& to) noexcept {
  Joinable* const joinable = find(to.topic);
  return joinable && joinable->server->incarnation() == to.incarnation ? joinable->server.get() : nullptr;
}

}  // namespace entmoot
