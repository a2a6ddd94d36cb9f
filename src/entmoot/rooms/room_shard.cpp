// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_shard.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/rooms/rooms_options.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/store/store_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace entmoot {

namespace {
// Rooms of one shard that are put to sleep at a time when memory is tight, and free regions whose pages are returned.
constexpr std::size_t early_sleepers_max = 64;
// Client numbers of different shards differ in their low bits, those of different processes in their high ones: a
// durable room has the clients of the processes before this one, until it has seen them leave.
constexpr int shard_bits = 10;
constexpr int made_bits = 31;
constexpr int process_bits = 53 - made_bits - shard_bits;

std::uint64_t clients_before(const RoomsOptions& options) {
  if (!options.store) return 0;
  constexpr std::uint64_t processes = std::uint64_t{1} << process_bits;
  return options.store->openings() % processes << made_bits;
}
}  // namespace

RoomShard::RoomShard(Shard& shard, JsShard& js, const RoomServices& services, const Shared& shared)
    : shared_(shared),
      sleeping_(shard, shared.sleeping_bytes_max),
      supervisor_(shard, {.noun = "room", .backoff = shared.options.backoff, .seed = std::random_device{}()}),
      context_{shard,       js,        services.registry, services.pubsub, services.presence,
               supervisor_, sleeping_, shared.storage,    shared.options,  counters_},
      clients_made_(clients_before(shared.options)) {
  ENTMOOT_CHECK(shard.index() < std::size_t{1} << shard_bits, "client numbers have bits for so many shards");
}

RoomShard::~RoomShard() = default;

void RoomShard::use(std::shared_ptr<const RoomRoutes> routes) {
  routes_ = std::move(routes);
  for (const auto& [topic, room] : rooms_) {
    auto route = routes_->route_of(topic);
    // A room whose file was deleted keeps running unchanged.
    if (route && route.get() != &room->route()) room->reload(std::move(route));
  }
}

Result<Room*> RoomShard::find_or_start(const std::string& topic, RoomQuota::Origin origin) {
  if (stopped_) return fail(ErrorCode::unavailable, "the server is shutting down");
  if (const auto found = rooms_.find(topic); found != rooms_.end()) return found->second.get();
  auto route = routes_->route_of(topic);
  if (!route) return fail(ErrorCode::not_found, "unmatched topic");
  const bool is_kept = route->limits.durability != Durability::none && !shared_.options.all_in_memory;
  if (is_kept && !shared_.storage) {
    return fail(ErrorCode::unavailable,
                "durable rooms need a restart of the server, which opens the folder of their data");
  }
  auto place = shared_.quota.admit(origin);
  if (!place) return place.error();
  if (auto admitted = shared_.memory.admit_room(); !admitted) return admitted.error();
  Room::Listener& listener = *this;
  auto room = std::make_unique<Room>(context_, topic, std::move(route), *std::move(place), listener);
  return rooms_.emplace(topic, std::move(room)).first->second.get();
}

Result<Room*> RoomShard::find(std::string_view topic) {
  const auto found = rooms_.find(topic);
  if (found == rooms_.end()) return fail(ErrorCode::not_found, fmt::format("no room \"{}\" is running", topic));
  return found->second.get();
}

std::vector<RoomInfo> RoomShard::list() const {
  StringMap<std::string> states;
  for (const auto& child : supervisor_.which_children()) states.emplace(child.id, to_string(child.state));
  std::vector<RoomInfo> rows;
  rows.reserve(rooms_.size());
  for (const auto& [topic, room] : rooms_) {
    RoomInfo& info = rows.emplace_back(room->info());
    if (!info.state.empty()) continue;
    const auto state = states.find(info.child);
    info.state = state == states.end() ? "ended" : state->second;
  }
  return rows;
}

Result<RoomInfo> RoomShard::info(std::string_view topic) {
  const auto room = find(topic);
  if (!room) return room.error();
  RoomInfo info = (*room)->info();
  if (info.state.empty()) info.state = supervisor_.state_of(info.child).value_or("ended");
  return info;
}

RoomCounters RoomShard::counters() const {
  const ChildCounts children = supervisor_.count_children();
  RoomCounters all{.running = children.active,
                   .restarting = children.restarting,
                   .quarantined = children.quarantined,
                   .sleeping = sleeping_.size(),
                   .sleeping_bytes = sleeping_.bytes()};
  for (const auto& [pattern, counters] : counters_.all()) all.routes.emplace(pattern, *counters);
  return all;
}

ClientNumber RoomShard::new_client() noexcept { return (++clients_made_ << shard_bits) + context_.shard.index(); }

void RoomShard::save_memory() {
  context_.js.arena.cool(early_sleepers_max);
  std::vector<Room*> idle;
  for (const auto& [topic, room] : rooms_) {
    if (room->can_sleep()) idle.push_back(room.get());
  }
  const auto last = idle.begin() + static_cast<std::ptrdiff_t>(std::min(idle.size(), early_sleepers_max));
  std::ranges::partial_sort(idle, last, {}, &Room::last_used);
  std::for_each(idle.begin(), last, [](Room* room) { room->sleep_early(); });
}

void RoomShard::serialize_all(const std::shared_ptr<void>& done) {
  for (const auto& [topic, room] : rooms_) room->serialize(done);
}

void RoomShard::stop() {
  stopped_ = true;
  for (const auto& [topic, room] : rooms_) room->save();
  rooms_.clear();
  supervisor_.stop();
}

void RoomShard::room_is_over(Room& room) {
  context_.shard.post([self = self_.ref(), topic = room.topic(), which = &room] {
    RoomShard* const rooms = self.get();
    if (!rooms) return;
    const auto found = rooms->rooms_.find(topic);
    if (found != rooms->rooms_.end() && found->second.get() == which && which->is_over()) rooms->rooms_.erase(found);
  });
}

}  // namespace entmoot
