// SPDX-License-Identifier: MIT

#pragma once

// The limits of the rooms of one route: the Budget of their JavaScript, and the limits on what the server stores for a
// room outside its heap. Values, set once and copied into each room.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/rooms/durability.hpp>
#include <entmoot/runtime/budget.hpp>

#include <chrono>
#include <cstddef>

namespace entmoot {

/// Limits of room.history. When one is reached, the oldest entries are dropped.
struct HistoryLimits {
  std::size_t entries_max = 1000;
  std::size_t bytes_max = 1 * MiB;  ///< As JSON.
  Duration age_max = std::chrono::hours(24);
  std::size_t replay_max = 300;  ///< Entries returned by room.history.last() without an argument.
  friend bool operator==(const HistoryLimits&, const HistoryLimits&) = default;
};

/// The limits of the rooms of one route.
struct RoomLimits {
  Budget budget = {};
  std::size_t clients_max = 1000;
  Duration idle_after = std::chrono::minutes(5);  ///< Time without clients, calls and requests before the room sleeps.
  Duration reply_timeout = std::chrono::seconds(10);  ///< The timeout of phoenix.js.
  std::size_t state_bytes_max = 4 * MiB;              ///< Serialized state, as JSON.
  HistoryLimits history = {};
  Durability durability = Durability::none;
  Retention retain = {};
  friend bool operator==(const RoomLimits&, const RoomLimits&) = default;
};

}  // namespace entmoot
