// SPDX-License-Identifier: MIT

#pragma once

// The programs that the rooms of the tests run.

#include <entmoot/runtime/program.hpp>

#include <string_view>

namespace chat_room {

/// The shipped room: BroadcastChannel.
[[nodiscard]] entmoot::Program shipped();
/// scripts/quickbeam_room.ts: Beam.callSync.
[[nodiscard]] entmoot::Program quickbeam();
/// scripts/moody_room.ts: goes wrong when asked.
[[nodiscard]] entmoot::Program moody();
[[nodiscard]] entmoot::Program program(std::string_view source);

}  // namespace chat_room
