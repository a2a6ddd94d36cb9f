// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_handlers.hpp>

#include <entmoot/rooms/room_calls.hpp>
#include <entmoot/rooms/room_entries.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/rooms/room_command.hpp>
#include <entmoot/rooms/room_routes.hpp>
#include <entmoot/rooms/rooms_options.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

namespace entmoot {

namespace {

JsonText facts_of(const Room& room) {
  const HistoryLimits& history = room.route().limits.history;
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(history.age_max).count();
  return JsonText::of({{"topic", room.topic()},
                       {"id", std::string(room.route().id_of(room.topic()))},
                       {"history",
                        {{"entries", history.entries_max},
                         {"bytes", history.bytes_max},
                         {"age", age},
                         {"replay", history.replay_max}}}});
}

/// Sends to another room.
void send(const RoomAccess& access, command::Send send) {
  Effects::release_or_hold([&listener = access.listener, &shard = access.context.shard, log = access.log,
                            origin = access.room.origin(), send = std::move(send)] {
    ReplyTo reply(shard, [&shard, log, to = send.topic](const Result<JsonText>& taken) {
      if (taken) return;
      log->write(log::Level::warning,
                 fmt::format("room.send to {} failed: {}", log::quoted(to), log::quoted(taken.error().reason)),
                 shard.clock().now());
    });
    RoomCall call{.topic = send.topic, .message = entry::info(send.message.view())};
    if (send.starts) call.starts = origin;
    listener.send_to_room(std::move(call), std::move(reply));
  });
}

struct Execute {
  const RoomAccess& access;

  Result<void> operator()(command::Send& command) const {
    send(access, std::move(command));
    return {};
  }
  Result<void> operator()(command::Stop& command) const {
    Effects::release_or_hold([&room = access.room, why = std::move(command.reason)] { room.kill_later(why); });
    return {};
  }
  Result<void> operator()(command::Broadcast& command) const {
    access.members.execute(std::move(command), access.counter);
    return {};
  }
  Result<void> operator()(command::Track& command) const { return access.members.execute(std::move(command)); }
  template <class OfAClient>
  Result<void> operator()(OfAClient& command) const {
    access.members.execute(std::move(command));
    return {};
  }
};

Result<void> broadcast(const RoomAccess& access, std::string event, const JsonText& message) {
  if (!message.view().starts_with('{')) return fail(ErrorCode::invalid, "a message to clients must be an object");
  if (message.view().size() > room_message_bytes_max) return fail(ErrorCode::limit, std::string(too_long_for_clients));
  access.members.execute(command::Broadcast{.event = std::move(event), .payload = message}, access.counter);
  return {};
}

/// Beam.callSync("broadcast", message), as in QuickBEAM's chat.
Result<JsonText> handle_broadcast(const RoomAccess& access, const JsonText& args) {
  if (args.view().size() > room_message_bytes_max + 2) return fail(ErrorCode::limit, std::string(too_long_for_clients));
  const auto messages = args.elements(1);
  if (messages.size() != 1) return fail(ErrorCode::invalid, "broadcast expects one message");
  if (auto sent = broadcast(access, "new_message", JsonText::trusted(messages.front())); !sent) {
    return sent.error();
  }
  return JsonText();
}

/// Beam.call("send", topic, message).
Result<JsonText> handle_send(const RoomAccess& access, const JsonText& args) {
  // A name's byte may be an escape of six, and its array has five more.
  if (args.view().size() > room_message_bytes_max + 6 * room_name_bytes_max + 5) {
    return fail(ErrorCode::limit, "the message exceeds 1 MB");
  }
  const auto parts = args.elements(2);
  if (parts.size() == 2 && parts[1].size() > room_message_bytes_max) {
    return fail(ErrorCode::limit, "the message exceeds 1 MB");
  }
  const bool may_be_topic = parts.size() == 2 && parts[0].size() <= room_name_bytes_max;
  const auto topic = may_be_topic ? parse_json(parts[0]) : Result<Json>(Json());
  if (!topic || !topic->is_string()) return fail(ErrorCode::invalid, "send expects a room's topic and a message");
  send(access, {.topic = std::string(topic->as_string()), .message = JsonText::trusted(parts[1])});
  return JsonText();
}

}  // namespace

Handlers room_handlers(const RoomAccess& access) {
  const RoomRoutes& routes = access.listener.routes();
  Handlers handlers;
  handlers.on_command([access](std::string_view name, std::span<const js::Value> operands) -> Result<void> {
    auto command = decode_room_command(name, operands);
    if (!command) return command.error();
    return std::visit(Execute{access}, *command);
  });
  handlers.on("entmoot:room", [&room = access.room](const JsonText&) -> Result<JsonText> { return facts_of(room); });
  handlers.on("entmoot:presence",
              [&presence = access.context.presence, &room = access.room](const JsonText&) -> Result<JsonText> {
                return presence.list(room.topic());
              });
  add_room_calls(access, handlers);
  if (const auto& add = access.context.options.add_handlers) {
    add(access.context.shard, access.members.account(), handlers);
  }
  for (const auto& [name, event] : routes.broadcast_channels) {
    handlers.on_channel(name,
                        [access, event = event](const JsonText& message) { return broadcast(access, event, message); });
  }
  const auto is_allowed = [&](std::string_view name) { return std::ranges::count(routes.handlers, name) > 0; };
  if (is_allowed("broadcast")) {
    handlers.on("broadcast", [access](const JsonText& args) { return handle_broadcast(access, args); });
  }
  if (is_allowed("send")) {
    handlers.on("send", [access](const JsonText& args) { return handle_send(access, args); });
  }
  return handlers;
}

}  // namespace entmoot
