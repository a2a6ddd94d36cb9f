// SPDX-License-Identifier: MIT

#pragma once

namespace bench {

/// The time until a room can receive messages, compared with creating an engine for each room.
void room_start();
/// A call into a room and its reply: on the room's shard, from another shard, and the share of the fiber.
void room_call();
/// The time that a room waits for its turn while other rooms of its shard never finish theirs.
void neighbour();
/// The memory of an idle room.
void idle_rooms();

}  // namespace bench
