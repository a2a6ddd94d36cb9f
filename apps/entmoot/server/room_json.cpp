// SPDX-License-Identifier: MIT

#include "room_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::size_t clients_max = 200;

std::int64_t ms(Duration time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time).count(); }
double fractional_ms(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

std::string_view name_of(log::Level level) {
  switch (level) {
    case log::Level::debug: return "debug";
    case log::Level::info: return "info";
    case log::Level::warning: return "warning";
    case log::Level::error: return "error";
  }
  return "error";
}

std::string_view name_of(RecentActivity::Outcome outcome) {
  switch (outcome) {
    case RecentActivity::Outcome::done: return "ok";
    case RecentActivity::Outcome::failed: return "threw";
    case RecentActivity::Outcome::dropped: return "ended the room";
  }
  return "ok";
}

Json clients_of(const Room& room) {
  boost::json::array clients;
  for (const auto& member : room.members().describe(clients_max)) {
    clients.push_back({{"id", member.number},
                       {"address", member.address},
                       {"joined", member.joined},
                       {"presences", boost::json::value_from(member.presences)}});
  }
  return clients;
}

Json limits_of(const RoomLimits& limits) {
  return {{"heap", limits.budget.heap.hard},
          {"heapWarn", limits.budget.heap.soft},
          {"host", limits.budget.host_bytes_max},
          {"mailbox", limits.budget.mailbox.messages_max},
          {"clients", limits.clients_max},
          {"turn", ms(limits.budget.turn_cpu)},
          {"cpuShare", limits.budget.cpu_share},
          {"idle", ms(limits.idle_after)},
          {"durable", limits.durability != Durability::none}};
}

}  // namespace

Json row_of(const RoomInfo& room) {
  const auto& usage = room.usage;
  return {{"topic", room.topic},          {"file", room.file},
          {"state", room.state},          {"clients", room.clients},
          {"heap", usage.heap_bytes},     {"host", usage.host_bytes},
          {"mailbox", usage.mailbox},     {"turns", usage.turns},
          {"cpu", ms(usage.cpu)},         {"waits", usage.waits},
          {"failed", usage.failed_turns}, {"uncaught", usage.uncaught.total()},
          {"failures", room.failures},    {"trouble", room.last_trouble}};
}

Result<JsonText> details_of(RoomShard& rooms, const Room& room) {
  const auto info = rooms.info(room.topic());
  if (!info) return info.error();
  const TimePoint now = rooms.shard().clock().now();
  boost::json::object all = row_of(*info).as_object();
  all["route"] = room.route().pattern;
  all["shard"] = rooms.shard().index();
  all["limits"] = limits_of(room.route().limits);
  all["members"] = clients_of(room);
  boost::json::array inputs;
  room.activity().for_each_input([&](const RecentActivity::Input& input) {
    inputs.push_back({{"ago", ms(now - input.at)},
                      {"event", input.name()},
                      {"client", input.sender},
                      {"ms", fractional_ms(input.cpu)},
                      {"outcome", name_of(input.outcome)}});
  });
  all["inputs"] = std::move(inputs);
  boost::json::array lines;
  for (const auto& line : room.activity().lines()) {
    lines.push_back({{"ago", ms(now - line.at)}, {"level", name_of(line.level)}, {"text", line.text}});
  }
  all["log"] = std::move(lines);
  return JsonText::of(all);
}

}  // namespace entmoot_app
