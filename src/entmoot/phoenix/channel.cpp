// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/channel.hpp>

#include <entmoot/phoenix/channel_server.hpp>

namespace entmoot {

Channel::HandleResult Channel::handle_in(std::string_view event, const Payload&) { throw UnhandledEvent(event); }

Channel::InfoResult Channel::handle_out(std::string_view event, const Payload&) { throw UnhandledEvent(event); }

void Channel::intercept_drained(ReplyTo drained) { std::move(drained)(JsonText()); }

Channel::InfoResult Channel::handle_info(const Broadcast&) { return NoReply{}; }

void Channel::terminate(ChannelEnd) {}

void Channel::intercept(std::vector<std::string> events) {
  if (server_) return server_->intercept(std::move(events));
  intercepted_ = std::move(events);
}

const std::string& Channel::topic() const noexcept { return server_->topic(); }

const Client& Channel::client() const noexcept { return server_->client(); }

void Channel::push(std::string_view event, Payload payload) { server_->push(event, std::move(payload)); }

void Channel::broadcast(std::string_view event, Payload payload) {
  server_->broadcast(event, std::move(payload), SubscriberId::none);
}

void Channel::broadcast_from(std::string_view event, Payload payload) {
  server_->broadcast(event, std::move(payload), server_->subscriber());
}

void Channel::subscribe(std::string_view topic) { server_->subscribe(topic); }

SocketRef Channel::socket_ref() const {
  SocketRef ref = server_->current_ref();
  if (ref.ref.is_null() && !ref.joins) throw std::logic_error("the client gave no ref to reply to");
  return ref;
}

SocketRef Channel::address() const { return server_->address(); }

SubscriberId Channel::subscriber_id() const noexcept { return server_->subscriber_id(); }

ReplyTo Channel::answer() {
  return answer([](Result<JsonText> result) -> HandleResult {
    if (!result) return Reply{"error", reason_object(result.error().reason)};
    return Reply{"ok", std::move(*result)};
  });
}

ReplyTo Channel::answer_with(UniqueFunction<HandleResult(Result<Answer>)> then) {
  return server_->answer(std::move(then));
}

void Channel::after(Duration delay, UniqueFunction<InfoResult()> then) { server_->after(delay, std::move(then)); }

}  // namespace entmoot
