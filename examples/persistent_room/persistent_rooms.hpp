// SPDX-License-Identifier: MIT

#pragma once

// Rooms of one shard whose history is stored in SQLite. Each is a supervised JavaScript runtime with the handlers
// "load" and "append". A message whose reply was "ok" survives the room.
//
// A message whose reply was an error may be stored as well: a room that is killed while it waits for "append" answers
// with an error, although the message may have reached the disk.

#include "history_store.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/runtime/program.hpp>

#include <string>

namespace persistent_room {

/// room.ts, compiled.
[[nodiscard]] entmoot::Result<entmoot::Program> load_script();

/// Used on the shard's thread only, except the constructor.
class PersistentRooms {
 public:
  /// All arguments outlive the rooms. `js` is the shard's.
  PersistentRooms(entmoot::Shard& shard, entmoot::JsShard& js, HistoryStore& store, entmoot::Program program);

  /// Calls a function of the room's script; starts the room if it is not running. `args` is a JSON array.
  void call(const std::string& room, std::string function, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// Ends the room by force.
  void kill(const std::string& room);
  /// Ends all rooms; none starts afterwards.
  void stop() { supervisor_.stop(); }

 private:
  [[nodiscard]] entmoot::ChildSpec child_spec(const std::string& room);

  entmoot::Shard& shard_;
  HistoryStore& store_;
  const entmoot::Program program_;
  entmoot::JsShard& js_;
  entmoot::DynamicSupervisor supervisor_;
};

}  // namespace persistent_room
