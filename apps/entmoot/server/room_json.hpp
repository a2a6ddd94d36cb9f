// SPDX-License-Identifier: MIT

#pragma once

// Rooms as JSON, for `entmoot rooms`, the console and the dashboard: list and details are made of the same RoomInfo, so
// that they show the same figures.

#include <entmoot/base/json.hpp>
#include <entmoot/rooms/room_shard.hpp>

namespace entmoot_app {

/// A row of the list.
[[nodiscard]] entmoot::Json row_of(const entmoot::RoomInfo& room);

/// The row, and the room's clients (at most 200), limits, last inputs and last lines of its log. On its shard.
[[nodiscard]] entmoot::Result<entmoot::JsonText> details_of(entmoot::RoomShard& rooms, const entmoot::Room& room);

}  // namespace entmoot_app
