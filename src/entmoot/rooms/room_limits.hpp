// SPDX-License-Identifier: MIT

#pragma once

// What the rooms of one route may use: the Budget of their JavaScript, and what the server keeps for a room besides its
// heap. Values, set once and copied into each room.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/runtime/budget.hpp>

#include <chrono>
#include <cstddef>

namespace entmoot {

/// Of room.history. Whatever is reached first: then the oldest entries go.
struct HistoryLimits {
  std::size_t entries_max = 1000;
  std::size_t bytes_max = 1 * MiB;  ///< As JSON.
  Duration age_max = std::chrono::hours(24);
  std::size_t replay_max = 300;  ///< Entries that room.history.last() answers without a number: a screenful and more.
  friend bool operator==(const HistoryLimits&, const HistoryLimits&) = default;
};

/// What the rooms of one route may use, beyond the engine's Budget.
struct RoomLimits {
  Budget budget = {};
  std::size_t clients_max = 1000;
  Duration idle_after = std::chrono::minutes(5);      ///< Without clients, calls and requests; then it sleeps.
  Duration reply_timeout = std::chrono::seconds(10);  ///< phoenix.js gives up after as long.
  std::size_t state_bytes_max = 4 * MiB;              ///< Of what is kept of a room, as JSON.
  HistoryLimits history = {};
  friend bool operator==(const RoomLimits&, const RoomLimits&) = default;
};

}  // namespace entmoot
