// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_counters.hpp>

namespace entmoot {

namespace {
void add(ErrorCounts& to, const ErrorCounts& more) noexcept {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += more[i];
}
}  // namespace

RouteCounters& RouteCounters::operator+=(const RouteCounters& other) noexcept {
  turns += other.turns;
  clients += other.clients;
  starts += other.starts;
  add(crashes, other.crashes);
  joins += other.joins;
  add(refusals, other.refusals);
  add(errors, other.errors);
  join_time += other.join_time;
  return *this;
}

RoomCounters& RoomCounters::operator+=(const RoomCounters& other) {
  for (const auto& [pattern, counters] : other.routes) routes[pattern] += counters;
  running += other.running;
  restarting += other.restarting;
  quarantined += other.quarantined;
  sleeping += other.sleeping;
  sleeping_bytes += other.sleeping_bytes;
  return *this;
}

RouteCounters& RouteCounterTable::of(std::string_view pattern) {
  auto found = routes_.find(pattern);
  if (found == routes_.end() && routes_.size() >= routes_max) {
    pattern = other_routes;
    found = routes_.find(pattern);
  }
  if (found == routes_.end()) {
    found = routes_.emplace(std::string(pattern), std::make_unique<RouteCounters>()).first;
  }
  return *found->second;
}

}  // namespace entmoot
