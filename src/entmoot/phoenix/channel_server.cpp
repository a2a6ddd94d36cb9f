// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/channel_server.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/phoenix/socket.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace entmoot {

namespace {

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

/// Runs `then` in the channel's turn, unless the client or the channel no longer exists.
void in_turn_of(const SocketRef& to, UniqueFunction<Channel::InfoResult()> then) {
  if (Socket* socket = to.sockets->find(to.socket)) socket->handle_info(to, std::move(then));
}

bool names(const std::vector<std::string>& events, std::string_view event) {
  return std::ranges::find(events, event) != events.end();
}

bool is_clean(ChannelEnd reason) { return reason != ChannelEnd::crash; }

}  // namespace

ChannelServer::ChannelServer(ClientLink& link, std::string topic, std::uint64_t incarnation,
                             std::unique_ptr<Channel> channel)
    : link_(link),
      topic_(std::move(topic)),
      incarnation_(incarnation),
      channel_(std::move(channel)),
      subscriber_(link.pubsub.new_subscriber_id()) {
  if (channel_) channel_->server_ = this;
}

/// The crash boundary.
template <class Step>
void ChannelServer::turn(std::optional<Handling> handling, Step&& step) {
  handling_ = std::move(handling);
  catch_up();
  if (const auto done = guarded(std::forward<Step>(step)); !done) crash(done.error().reason);
  handling_.reset();
  run_soon();
}

/// What these schedule again comes later, so that the turn ends.
void ChannelServer::run_soon() {
  if (soon_.empty() || std::exchange(runs_soon_, true)) return;
  for (auto& then : std::exchange(soon_, {})) handle_info(std::move(then));
  runs_soon_ = false;
}

/// What this channel sends next comes after the broadcasts that were published before.
void ChannelServer::catch_up() {
  if (auto* const now = std::get_if<Joined>(&state_)) now->subscription.catch_up();
}

void ChannelServer::crash(std::string_view what) {
  ++link_.sockets.counters().crashed_channels;
  if (link_.sockets.shard().may_log()) log::error("channel {} crashed: {}", log::quoted(topic_), log::quoted(what));
  if (joining()) {
    finish_join("error", reason_object("join crashed"));
  } else if (joined()) {
    stop(ChannelEnd::crash);
  }
}

// --- joining

void ChannelServer::join(const Message& message, std::optional<Ref> replaces, Duration timeout) {
  join_ref_ = message.join_ref;
  push_ref_ = join_ref_.is_null() ? message.ref : join_ref_;
  state_ = Joining{message.ref, std::move(replaces), {}};
  turn(Handling{message.ref, true, message.payload.bytes().size()}, [&] {
    if (!channel_) throw std::runtime_error("the channel factory returned null");
    std::visit(Match{
                   [&](const Channel::Ok& ok) { finish_join("ok", ok.response); },
                   [&](const Error& error) { finish_join("error", reason_object(error.reason)); },
                   [&](const Channel::Refused& refused) { finish_join("error", refused.response); },
                   [](Channel::Later) {},
               },
               channel_->join(topic_, message.payload));
  });
  if (joining()) start_join_timeout(timeout);
}

void ChannelServer::start_join_timeout(Duration timeout) {
  SocketRef to = address();
  to.joins = true;
  join_timeout_ = link_.sockets.shard().after(timeout, [to = std::move(to)] {
    if (to.shard->may_log()) log::warn("channel {}: join timed out", log::quoted(to.topic));
    reply(to, "error", reason_object("join timeout"));
  });
}

void ChannelServer::finish_join(std::string_view status, const Payload& response) {
  // First, because it may throw, which crashes the join.
  const Frame frame = link_.serializer.encode(
      PhxReply{join_ref_, std::get<Joining>(state_).ref, topic_, std::string(status), response});
  Joining joining = std::get<Joining>(std::move(state_));
  link_.sockets.shard().cancel(std::exchange(join_timeout_, TimerId::none));
  if (status == "ok") {
    // One step: broadcasts are delivered from here on, and the reply is pushed before any of them can be.
    state_ = Joined{link_.pubsub.subscribe_fastlane(topic_, *this, subscriber_)};
  } else {
    state_ = Ended{};
    subscriptions_.clear();
  }
  link_.push(frame);
  if (joining.replaces) {
    link_.push(Push{*joining.replaces, *joining.replaces, topic_, "phx_close", empty_object()});
  }
  if (!joined()) return;
  for (auto& early : joining.early) handle_info(std::move(early));
}

// --- joined

void ChannelServer::handle_in(const Message& message) {
  if (!joined()) return;
  turn(Handling{message.ref, false, message.payload.bytes().size()},
       [&] { finish_handling(message.ref, channel_->handle_in(message.event.text(), message.payload)); });
}

void ChannelServer::handle_answer(const SocketRef& to, UniqueFunction<Channel::HandleResult()> then) {
  if (!to.joins) {
    if (!joined()) return;
    turn(Handling{to.ref, false}, [&] { finish_handling(to.ref, then()); });
    return;
  }
  if (!joining()) return;
  turn(Handling{to.ref, true}, [&] {
    std::visit(
        Match{
            [](Channel::NoReply) {},
            [&](const Channel::Reply& reply) { finish_join(reply.status == "ok" ? "ok" : "error", reply.response); },
            [&](const Channel::Stop& stop) {
              finish_join("error", stop.reply ? stop.reply->response : reason_object("join crashed"));
            },
        },
        then());
  });
}

void ChannelServer::handle_info(UniqueFunction<Channel::InfoResult()> then) {
  if (auto* waiting = std::get_if<Joining>(&state_)) {
    if (waiting->early.size() == early_max) return crash("too many messages queued before the channel has joined");
    waiting->early.push_back(std::move(then));
    return;
  }
  if (!joined()) return;
  turn({}, [&] {
    std::visit(Match{[](Channel::NoReply) {}, [&](const Channel::Stop& stopped) { stop(stopped.reason); }}, then());
  });
}

void ChannelServer::handle_broadcast(const Fastlane& message) {
  if (!intercept_drain_ || !names(intercept_drain_->events, message.broadcast().event)) return deliver(message);
  intercept_drain_->queued.push_back(message.shared_from_this());
  if (intercept_drain_->queued.size() > drain_queue_max) finish_intercept_drain();
}

void ChannelServer::deliver(const Fastlane& message) {
  if (names(channel_->intercepted_, message.broadcast().event)) {
    // The message is in flight for its publisher until its last receiver has taken it.
    return handle_info_later([this, message = message.shared_from_this()] {
      return channel_->handle_out(message->broadcast().event, message->broadcast().payload);
    });
  }
  if (send(message)) return;
  handle_info_later([]() -> Channel::InfoResult {
    throw CannotEncode(
        "cannot send a binary broadcast to a client of protocol version 1, which has no binary payloads");
  });
}

bool ChannelServer::send(const Fastlane& message) {
  const Frame* frame =
      channel_->counts_ ? message.numbered_frame_for(link_.serializer) : message.frame_for(link_.serializer);
  if (!frame) return false;
  const auto& [topic, event, payload, offset] = message.broadcast();
  if (channel_->counts_ && offset != 0 && payload.is_binary()) {
    link_.push(Push{.join_ref = push_ref_,
                    .ref = {},
                    .topic = topic_,
                    .event = "entmoot:offset",
                    .payload = JsonText::of({{"next", offset}})});
  }
  link_.push(*frame);
  return true;
}

void ChannelServer::resend(const std::vector<std::shared_ptr<const Fastlane>>& missed) {
  for (const auto& message : missed) (void)send(*message);
}

void ChannelServer::intercept(std::vector<std::string> events) {
  const auto before = std::exchange(channel_->intercepted_, std::move(events));
  if (!joined()) return;
  std::vector<std::string> off;
  for (const auto& event : before) {
    if (!names(channel_->intercepted_, event)) off.push_back(event);
  }
  if (off.empty()) return;
  if (!intercept_drain_) intercept_drain_ = std::make_unique<InterceptDrain>();
  std::ranges::move(off, std::back_inserter(intercept_drain_->events));
  // The turns that pass intercepted broadcasts to handle_out have already been posted, so this one comes after them.
  handle_info_later([this, number = ++last_intercept_drain_]() -> Channel::InfoResult {
    channel_->intercept_drained(ReplyTo(link_.sockets.shard(), [this, number, to = address()](const Result<JsonText>&) {
      in_turn_of(to, [this, number]() -> Channel::InfoResult {
        if (number == last_intercept_drain_) finish_intercept_drain();
        return Channel::NoReply{};
      });
    }));
    return Channel::NoReply{};
  });
}

/// Delivers the queued broadcasts, each as its event is delivered now.
void ChannelServer::finish_intercept_drain() {
  const auto drained = std::exchange(intercept_drain_, nullptr);
  if (!drained) return;
  for (const auto& message : drained->queued) deliver(*message);
}

void ChannelServer::handle_info_later(UniqueFunction<Channel::InfoResult()> then) {
  link_.sockets.shard().post([to = address(), then = std::move(then)]() mutable { in_turn_of(to, std::move(then)); });
}

void ChannelServer::finish_handling(const Ref& ref, Channel::HandleResult result) {
  std::visit(Match{
                 [](Channel::NoReply) {},
                 [&](const Channel::Reply& reply) { send_reply(ref, reply); },
                 [&](const Channel::Stop& stopped) {
                   if (stopped.reply) send_reply(ref, *stopped.reply);
                   stop(stopped.reason);
                 },
             },
             std::move(result));
}

void ChannelServer::send_reply(const Ref& ref, const Channel::Reply& reply) {
  link_.push(PhxReply{push_ref_, ref, topic_, reply.status, reply.response});
}

// --- ending

void ChannelServer::leave(const Ref& ref) {
  if (!joined()) return;
  send_reply(ref, {});
  stop(ChannelEnd::left);
}

void ChannelServer::stop(ChannelEnd reason) {
  if (is_clean(reason)) {
    link_.push(Push{join_ref_, join_ref_, topic_, "phx_close", empty_object()});
  } else {
    link_.push(Push{join_ref_, join_ref_, topic_, "phx_error", reason_object("channel_crash")});
  }
  terminate(reason);
}

void ChannelServer::end(ChannelEnd reason) {
  if (joined()) {
    terminate(reason);
  } else {
    link_.sockets.shard().cancel(std::exchange(join_timeout_, TimerId::none));
    state_ = Ended{};
    subscriptions_.clear();
  }
}

void ChannelServer::terminate(ChannelEnd reason) {
  state_ = Ended{};
  intercept_drain_.reset();
  subscriptions_.clear();
  turn({}, [&] { channel_->terminate(reason); });
  for (auto& then : std::exchange(monitors_, {})) turn({}, then);
}

// --- what a channel asks for

SocketRef ChannelServer::address() const {
  return {.shard = &link_.sockets.shard(),
          .sockets = &link_.sockets,
          .socket = link_.id,
          .topic = topic_,
          .incarnation = incarnation_,
          .ref = {},
          .joins = false};
}

SocketRef ChannelServer::current_ref() const {
  if (!handling_) throw std::logic_error("socket_ref() and answer() need a push or join that is being handled");
  SocketRef ref = address();
  ref.ref = handling_->ref;
  ref.joins = handling_->joins;
  return ref;
}

void ChannelServer::push(std::string_view event, Payload payload) {
  if (joining()) throw std::logic_error("a channel cannot push before it has joined");
  if (!payload.is_object_or_binary())
    throw std::invalid_argument("the payload of a push must be a JSON object or binary");
  link_.push(Push{push_ref_, {}, topic_, std::string(event), std::move(payload)});
}

void ChannelServer::broadcast(std::string_view event, Payload payload, SubscriberId except) {
  if (joining()) throw std::logic_error("a channel cannot broadcast before it has joined");
  link_.pubsub.broadcast(topic_, event, std::move(payload), {.except = except, .here = Here::at_once});
  catch_up();
}

void ChannelServer::subscribe(std::string_view topic) {
  subscriptions_.push_back(link_.pubsub.subscribe(topic, [to = address(), this](const Broadcast& message) {
    in_turn_of(to, [this, message] { return channel_->handle_info(message); });
  }));
}

ReplyTo ChannelServer::answer(UniqueFunction<Channel::HandleResult(Result<Answer>)> then) {
  SocketRef ref = current_ref();
  const std::size_t own = ref.joins ? SocketLimits::join_bytes : SocketLimits::message_bytes;
  MemoryCharge held(link_.account, own + (handling_ ? handling_->bytes : 0));
  return ReplyTo(link_.sockets.shard(),
                 [to = std::move(ref), then = std::move(then), held = std::move(held)](Result<Answer> result) mutable {
                   held.clear();
                   Socket* socket = to.sockets->find(to.socket);
                   if (socket) socket->handle_answer(to, [&] { return then(std::move(result)); });
                 });
}

void ChannelServer::after(Duration delay, UniqueFunction<Channel::InfoResult()> then) {
  if (delay <= Duration::zero() && handling_ && !runs_soon_) return soon_.push_back(std::move(then));
  link_.sockets.shard().after(delay,
                              [to = address(), then = std::move(then)]() mutable { in_turn_of(to, std::move(then)); });
}

void ChannelServer::monitor(UniqueFunction<void()> then) {
  if (!joined()) throw std::logic_error("a channel that has not joined, or has ended, cannot be monitored");
  monitors_.push_back(std::move(then));
}

}  // namespace entmoot
