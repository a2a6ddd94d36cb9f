// SPDX-License-Identifier: MIT

#pragma once

// The journal of one durable room, in the store of its node. The Room has one; each of its actors writes through a
// TurnJournal of its own:
//
//   open()         continues the room: reads all that is recorded since the script was last started anew, then appends
//   open_beside()  of a reload's actor: reads nothing, and what it appends is held in memory until adopt()
//
// Now and then an actor's state is saved, and a recovery begins with it (runtime/saved_script.hpp).
//
// A reload starts the script anew, in other code and with the state that the old code has serialized. adopt() makes the
// records of the new actor the room's next ones, and notes that a recovery begins with them.
//
// Used on the room's shard; the store answers from its thread, by posts. The node's storage outlives it.

#include <entmoot/base/json.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/rooms/durability.hpp>
#include <entmoot/runtime/turn_journal.hpp>

#include <memory>
#include <optional>
#include <string>

namespace entmoot {

class RoomStorage;

class RoomJournal {
 public:
  RoomJournal(Shard& shard, RoomStorage& storage, std::string topic, Durability durability, Retention retain);
  ~RoomJournal();
  RoomJournal(const RoomJournal&) = delete;
  RoomJournal& operator=(const RoomJournal&) = delete;

  /// For the actor that continues the room. One opened before it is cut off: what it appends is dropped.
  [[nodiscard]] std::unique_ptr<TurnJournal> open();
  /// For the actor of a reload. One opened before it that was not adopted is cut off.
  [[nodiscard]] std::unique_ptr<TurnJournal> open_beside();
  /// Stores what the script has serialized after its last turn, for code that cannot replay its turns.
  void put_serialized(const JsonText& state);
  /// What was stored last; known once the actor has begun to read. nullopt: nothing since the script was started.
  [[nodiscard]] const std::optional<JsonText>& serialized() const noexcept;
  /// The journal of open_beside() continues the room, and that of open() is cut off.
  void adopt();

 private:
  class Writer;
  class Handle;

  const std::shared_ptr<Writer> writer_;
  std::shared_ptr<Handle*> current_;  // null once the handle is gone
  std::shared_ptr<Handle*> beside_;
};

}  // namespace entmoot
