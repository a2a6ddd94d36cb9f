// SPDX-License-Identifier: MIT

#include "room_channel.hpp"

#include <entmoot/core/shard.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace conformance {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

JsonText object(const char* text) { return JsonText::trusted(std::string_view(text)); }

// The payload's members, none if it is no object.
boost::json::object members(const Payload& payload) {
  if (payload.is_binary()) return {};
  const auto tree = payload.json().parse();
  return tree && tree->is_object() ? tree->get_object() : boost::json::object();
}

// A member that is a string.
std::optional<std::string> text_of(const boost::json::object& members, std::string_view name) {
  const auto* value = members.if_contains(name);
  return value && value->is_string() ? std::optional(std::string(value->get_string())) : std::nullopt;
}

// "key" is the presence key, the other members are the meta.
JsonText meta_of(boost::json::object members) {
  members.erase("key");
  return JsonText::of(members);
}

}  // namespace

Channel::JoinResult RoomChannel::join(std::string_view topic, const Payload& payload) {
  const std::string_view name = topic.substr(std::string_view("room:").size());
  if (name == "deny") return fail(ErrorCode::unauthorized, "unauthorized");
  if (name == "crash") throw std::runtime_error("asked to crash");
  if (name == "reply") return Ok{JsonText::trusted(R"({"echo":)" + std::string(payload.json().view()) + "}")};
  if (name == "slow") {
    Shard::here().after(500ms, [ref = socket_ref()] { reply(ref, "ok"); });
    return Later{};
  }
  if (name == "after") {
    after({}, [this]() -> InfoResult {
      push("late", object(R"({"n":2})"));
      return NoReply{};
    });
  }
  if (name.starts_with("presence")) {
    after({}, [this, who = members(payload)]() -> InfoResult {
      push("presence_state", presence_.list(this->topic()));
      if (const auto key = text_of(who, "key")) presence_.track(*this, *key, meta_of(who)).value();
      return NoReply{};
    });
  }
  return Ok{};
}

Channel::HandleResult RoomChannel::handle_in(std::string_view event, const Payload& payload) {
  if (event == "ok") return Reply{};
  if (event == "echo") return Reply{"ok", payload};
  if (event == "err") return Reply{"error", payload};
  if (event == "noreply") return NoReply{};
  if (event == "async") return reply_later(payload);
  if (event == "pushreply") {
    push("pushed", object(R"({"a":1})"));
    return Reply{};
  }
  if (event == "shout") {
    broadcast("shout", payload);
    return Reply{};
  }
  if (event == "shout_from") {
    broadcast_from("shout", payload);
    return Reply{};
  }
  if (event == "icpt") {
    broadcast("icpt", payload);
    return NoReply{};
  }
  if (event == "bin") return append_ff(payload);
  if (event == "bshout") {
    broadcast("bshout", Binary("\x09\x08\x07"));
    return NoReply{};
  }
  if (event == "stop") return Stop{ChannelEnd::normal};
  if (event == "stop_reply") return Stop{ChannelEnd::shutdown, Reply{"ok", payload}};
  if (event == "stop_err") return Stop{ChannelEnd::crash};
  if (event == "crash") throw std::runtime_error("asked to crash");
  if (event == "kick") return disconnect(payload);
  if (event == "params") return connect_parameters();
  if (event == "list") return Reply{"ok", presence_.list(topic())};
  if (event == "track" || event == "update" || event == "untrack") return handle_presence(event, payload);
  throw UnhandledEvent(event);
}

// "icpt", the one event that is intercepted.
Channel::InfoResult RoomChannel::handle_out(std::string_view event, const Payload& payload) {
  boost::json::object tagged = payload.json().parse()->as_object();
  tagged["tag"] = "mine";
  push(event, JsonText::of(tagged));
  return NoReply{};
}

Channel::HandleResult RoomChannel::append_ff(const Payload& payload) {
  if (!payload.is_binary()) throw UnhandledEvent("bin");
  push("bpush", Binary(std::string_view("\x00\x01", 2)));
  return Reply{"ok", Binary(std::string(payload.binary().view()) + '\xff')};
}

Channel::HandleResult RoomChannel::reply_later(const Payload& payload) {
  after(50ms, [ref = socket_ref(), payload]() -> InfoResult {
    reply(ref, "ok", payload);
    return NoReply{};
  });
  return NoReply{};
}

Channel::HandleResult RoomChannel::disconnect(const Payload& payload) {
  const auto id = text_of(members(payload), "id");
  if (!id) throw UnhandledEvent("kick");
  pubsub_.broadcast(*id, "disconnect", empty_object());
  return NoReply{};
}

Channel::HandleResult RoomChannel::handle_presence(std::string_view event, const Payload& payload) {
  const auto who = members(payload);
  const auto key = text_of(who, "key");
  if (!key) throw UnhandledEvent(event);
  if (event == "track") presence_.track(*this, *key, meta_of(who)).value();
  if (event == "update") presence_.update(*this, *key, meta_of(who)).value();
  if (event == "untrack") presence_.untrack(*this, *key);
  return Reply{};
}

Channel::Reply RoomChannel::connect_parameters() const {
  boost::json::object response;
  response["params"] = client().params;
  response["auth_token"] = nullptr;
  if (const auto& token = client().info.auth_token) response["auth_token"] = *token;
  return {"ok", JsonText::of(response)};
}

}  // namespace conformance
