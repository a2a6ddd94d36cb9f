// SPDX-License-Identifier: MIT

#include "room_handlers.hpp"

#include "app.hpp"
#include "members.hpp"
#include "rooms.hpp"
#include "wire.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/web/offer_fetch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

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

/// To another room, if that is running.
void send(Home& home, std::shared_ptr<RoomLog> log, std::string to, std::string_view message) {
  Effects::release_or_hold([&home, log = std::move(log), to = std::move(to),
                            args = JsonText::trusted(fmt::format("[{}]", message))]() mutable {
    home.all.call(to, "entmoot:info", std::move(args), ReplyTo(home.shard, [log, to](const Result<JsonText>& result) {
                    if (result) return;
                    log->warn(fmt::format("what it sent to {} was not taken: {}", log::quoted(to),
                                          log::quoted(result.error().reason)));
                  }));
  });
}

void offer_broadcast(Handlers& handlers, const Members& members) {
  handlers.on("broadcast", [&members](const JsonText& args) -> Result<JsonText> {
    const auto messages = elements_of(args);
    if (!messages) return messages.error();
    if (messages->size() != 1) return fail("broadcast takes one message");
    if (auto sent = members.broadcast("new_message", messages->front()); !sent) return sent.error();
    return JsonText();
  });
}

void offer_send(Handlers& handlers, Home& home, const std::shared_ptr<RoomLog>& log) {
  handlers.on("send", [&home, log](const JsonText& args) -> Result<JsonText> {
    const auto parts = elements_of(args);
    if (!parts) return parts.error();
    const auto topic = parts->size() == 2 ? parse_json(parts->front()) : Result<Json>(Json());
    if (!topic || !topic->is_string()) return fail("send takes a room's topic and a message");
    send(home, log, std::string(topic->as_string()), (*parts)[1]);
    return JsonText();
  });
}

}  // namespace

Handlers room_handlers(Home& home, Room& room, Members& members) {
  const Config& config = home.app->config;
  Handlers handlers;
  handlers.on_emit([&home, &room, &members](std::string_view operation, std::string_view target, std::string_view name,
                                            std::string_view payload) -> Result<void> {
    if (operation == "broadcast") return members.broadcast(name, payload, target);
    if (operation == "send") {
      send(home, room.log(), std::string(target), payload);
    } else if (operation == "stop") {
      Effects::release_or_hold([&room, why = std::string(name)] { room.kill_later(why); });
    } else {
      return members.emit(operation, target, name, payload);
    }
    return {};
  });
  handlers.on("entmoot:room", [&room](const JsonText&) -> Result<JsonText> { return facts_of(room); });
  handlers.on("entmoot:presence",
              [&home, &room](const JsonText&) -> Result<JsonText> { return home.ground.presence.list(room.topic()); });
  offer_fetch(handlers, *home.fetcher);
  for (const auto& channel : config.broadcast_channels) {
    handlers.on_channel(channel.first, [&members, event = channel.second](const JsonText& message) -> Result<void> {
      return members.broadcast(event, message.view());
    });
  }
  const auto is_allowed = [&](std::string_view name) { return std::ranges::count(config.handlers, name) > 0; };
  if (is_allowed("broadcast")) offer_broadcast(handlers, members);
  if (is_allowed("send")) offer_send(handlers, home, room.log());
  return handlers;
}

}  // namespace entmoot_app
