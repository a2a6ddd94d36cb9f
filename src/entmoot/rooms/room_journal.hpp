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
#include <entmoot/base/memory_account.hpp>
#include <entmoot/runtime/turn_journal.hpp>

#include <memory>
#include <optional>
#include <string>

namespace entmoot {

class RecentBroadcasts;
struct RoomContext;
struct RoomLimits;
struct RoomRoutes;

class RoomJournal {
 public:
  /// Whether the offsets of an actor that is adopted go on where those before it end; or not all that was sent is
  /// known, and an epoch begins.
  enum class Offsets { go_on, begin };
  struct Opened {
    std::unique_ptr<TurnJournal> turns;
    RecentBroadcasts& broadcasts;  ///< Those of its actor; exists as long as `turns`.
  };

  /// `context` outlives it. `account` is the room's.
  RoomJournal(const RoomContext& context, std::string topic, const RoomLimits& limits,
              std::shared_ptr<MemoryAccount> account);
  ~RoomJournal();
  RoomJournal(const RoomJournal&) = delete;
  RoomJournal& operator=(const RoomJournal&) = delete;

  /// For the actor that continues the room. One opened before it is cut off: what it appends is dropped.
  [[nodiscard]] Opened open(const RoomRoutes& routes);
  /// For the actor of a reload. One opened before it that was not adopted is cut off.
  [[nodiscard]] Opened open_beside(const RoomRoutes& routes);
  /// Its actor is not adopted.
  void give_up_beside();
  /// Stores what the script has serialized after its last turn, for code that cannot replay its turns.
  void put_serialized(const JsonText& state);
  /// What was stored last; known once the actor has begun to read. nullopt: nothing since the script was started.
  [[nodiscard]] const std::optional<JsonText>& serialized() const noexcept;
  /// The journal of open_beside() continues the room, and that of open() is cut off.
  void adopt(Offsets offsets);

  /// Those of the current actor.
  [[nodiscard]] RecentBroadcasts& broadcasts() const noexcept { return *broadcasts_; }
  /// Names the history in which offsets of broadcasts count. nullopt: there is none at present.
  [[nodiscard]] std::optional<std::string> epoch() const;

 private:
  [[nodiscard]] std::shared_ptr<RecentBroadcasts> new_broadcasts(const RoomRoutes& routes) const;
  class Writer;
  class Handle;

  const std::shared_ptr<MemoryAccount> account_;
  const std::shared_ptr<Writer> writer_;
  std::shared_ptr<RecentBroadcasts> broadcasts_;         // of the current actor
  std::shared_ptr<RecentBroadcasts> beside_broadcasts_;  // of the actor beside it
  bool has_epoch_ = true;                                // no broadcast was sent that is in no journal
  std::shared_ptr<Handle*> current_;                     // null once the handle is gone
  std::shared_ptr<Handle*> beside_;
};

}  // namespace entmoot
