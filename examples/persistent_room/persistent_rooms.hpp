// SPDX-License-Identifier: MIT

#pragma once

// Rooms of one shard whose history is kept in SQLite: each a supervised JavaScript runtime that is given the handlers
// "load" and "append". A message that was answered "ok" survives the room's end.
//
// An error does not mean that a message is lost: a room that is killed while it waits for "append" answers with an
// error, although the message may have reached the disk.

#include "history_store.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/runtime/program.hpp>

#include <string>

namespace persistent_room {

/// room.ts, compiled.
[[nodiscard]] entmoot::Result<entmoot::Program> load_script();

/// On the shard's thread, but for the constructor.
class PersistentRooms {
 public:
  /// All outlive the rooms. `js` is the shard's.
  PersistentRooms(entmoot::Shard& shard, entmoot::JsShard& js, HistoryStore& store, entmoot::Program program);

  /// Calls a function of the room's script; starts the room if it does not run. `args` is a JSON array.
  void call(const std::string& room, std::string function, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// Ends the room by force.
  void kill(const std::string& room);
  /// Ends all and starts no more.
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
