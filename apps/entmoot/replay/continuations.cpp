// SPDX-License-Identifier: MIT

#include "continuations.hpp"

#include "past_room.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/js/template_heap.hpp>
#include <entmoot/rooms/room_routes.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

// A server that starts tries rooms for so long; `entmoot check --data` tries all.
constexpr Duration patience_at_start = std::chrono::seconds(3);
constexpr std::size_t named_in_log = 20;
constexpr std::size_t read_at_once = 1000;
constexpr std::string_view key_in_store = "code";

/// Stands for the programs of all durable routes.
std::string code_of(const App& app) {
  std::string code;
  for (const auto& route : app.routes().routes) {
    if (route->limits.durability == Durability::none) continue;
    code += fmt::format("{} {:02x}\n", route->pattern, fmt::join(route->program.heap().identity(), ""));
  }
  return code;
}

std::string why_stranded(const App& app, RoomStore& store, const StoredRoom& room) {
  const auto route = app.routes().route_of(room.topic);
  if (!route || route->limits.durability == Durability::none) return "no durable route serves it";
  if (room.last_sequence < room.first_sequence) return "";
  auto past = PastRoom::open(app, store, room.topic, room.last_sequence);
  if (!past) return past.error().reason;
  const auto opened = (*past)->evaluate("undefined");
  return opened ? "" : opened.error().reason;
}

}  // namespace

Result<Continuations> try_rooms(const App& app, RoomStore& store, Duration patience) {
  Continuations found;
  const TimePoint end = SteadyClock().now() + patience;
  for (RoomId after{0};;) {
    const auto rooms = store.rooms(after, read_at_once);
    if (!rooms) return rooms.error();
    if (rooms->empty()) return found;
    for (const StoredRoom& room : *rooms) {
      if (SteadyClock().now() > end) return found;
      ++found.tried;
      auto why = why_stranded(app, store, room);
      if (!why.empty()) found.stranded.push_back({room.topic, std::move(why)});
    }
    after = rooms->back().id;
    found.are_all = rooms->size() < read_at_once;
  }
}

void warn_of_stranded_rooms(const App& app, RoomStore& store) {
  const std::string code = code_of(app);
  const auto before = store.meta(key_in_store);
  if (before && *before == code) return;
  if (before && *before) {
    const auto found = try_rooms(app, store, patience_at_start);
    if (!found)
      return log::warn("failed to check that all durable rooms can continue in this code: {}", found.error().reason);
    for (std::size_t i = 0; i < found->stranded.size() && i < named_in_log; ++i) {
      const auto& [topic, why] = found->stranded[i];
      log::error("room {} cannot continue in this code; its data is unchanged: {}", log::quoted(topic),
                 log::quoted(why));
    }
    if (found->stranded.size() > named_in_log || !found->are_all) {
      log::warn("{} durable rooms were tried in this code, {} cannot continue; `entmoot check --data` tries all",
                found->tried, found->stranded.size());
    }
    if (!found->stranded.empty()) return;  // the next start warns again
  }
  if (auto set = store.set_meta(key_in_store, code); !set) log::debug("{}", set.error().reason);
}

}  // namespace entmoot_app
