// SPDX-License-Identifier: MIT

#pragma once

namespace bench {

/// How long it takes until a room can be spoken to, beside an engine that is made anew for each.
void room_start();
/// A call into a room and back: on its own shard, from another one, and what of it is the fiber.
void room_call();
/// How long a room waits for its turn while others of its shard never end theirs.
void neighbour();
/// Memory of a room that does nothing.
void idle_rooms();

}  // namespace bench
