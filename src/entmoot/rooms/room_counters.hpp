// SPDX-License-Identifier: MIT

#pragma once

// What the rooms of one shard count, by route. Plain numbers: their shard's thread writes them, and whoever wants to
// read them does so in a task of that shard (Shards::map_reduce).
//
// Bound. Routes are the author's files, so they are few; those of later reloads beyond `routes_max` are counted under
// `other_routes`.

#include <entmoot/base/error.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/base/time_histogram.hpp>
#include <entmoot/runtime/turn_counters.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

/// A count for each ErrorCode.
using ErrorCounts = std::array<std::uint64_t, static_cast<std::size_t>(ErrorCode::io) + 1>;

struct RouteCounters {
  TurnCounters turns = {};
  std::int64_t clients = 0;  ///< Now: joined or joining.
  // Since the start.
  std::uint64_t starts = 0;   ///< Of actors, restarts included.
  ErrorCounts crashes = {};   ///< Of rooms, by reason.
  std::uint64_t joins = 0;    ///< Answered with ok.
  ErrorCounts refusals = {};  ///< Of joins, by reason; counted on the client's shard.
  ErrorCounts errors = {};    ///< Answers to messages that were errors, by code; counted on the client's shard.
  TimeHistogram join_time = {};

  RouteCounters& operator+=(const RouteCounters& other) noexcept;
};

/// The rooms of a node or of a shard.
struct RoomCounters {
  std::map<std::string, RouteCounters, std::less<>> routes = {};  ///< By pattern: "room:*".
  // Now.
  std::size_t running = 0;
  std::size_t restarting = 0;
  std::size_t quarantined = 0;
  std::size_t sleeping = 0;  ///< Whose state is kept in memory.
  std::size_t sleeping_bytes = 0;

  RoomCounters& operator+=(const RoomCounters& other);
};

/// Of one shard.
class RouteCounterTable {
 public:
  static constexpr std::size_t routes_max = 200;
  static constexpr std::string_view other_routes = "(other)";

  /// Exists as long as the table.
  [[nodiscard]] RouteCounters& of(std::string_view pattern);
  [[nodiscard]] const StringMap<std::unique_ptr<RouteCounters>>& all() const noexcept { return routes_; }

 private:
  StringMap<std::unique_ptr<RouteCounters>> routes_;
};

}  // namespace entmoot
