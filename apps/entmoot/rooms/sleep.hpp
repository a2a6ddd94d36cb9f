// SPDX-License-Identifier: MIT

#pragma once

// A room that nobody needs goes to sleep: when there have been no clients and no messages for as long as its limits
// say, its actor is asked for what is to be kept, that goes to SleepingRooms, and the actor ends. The next message
// wakes the room up (Room::actor_started). Whatever comes before the actor has answered, and the room stays awake.
//
// A state that cannot be told, or is too large, is lost, and the log says so: a room must not stay for ever because its
// serialize() throws.
//
// Lives on the room's shard; owned by the Room.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>

#include <cstdint>
#include <memory>

namespace entmoot_app {

class Editions;
struct Home;

class Sleep {
 public:
  /// Begins to wait. `is_needed`: it has clients, or something is under way. `asleep` is called when the room has no
  /// actor any more, or still has none. `home` and `editions` outlive it.
  Sleep(Home& home, Editions& editions, entmoot::UniqueFunction<bool()> is_needed,
        entmoot::UniqueFunction<void()> asleep);
  ~Sleep();
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;

  /// The room is used.
  void touch();

 private:
  void look_after(entmoot::Duration delay);
  void look();
  void told(const entmoot::Result<entmoot::JsonText>& snapshot, std::uint64_t uses);
  void keep(const entmoot::Result<entmoot::JsonText>& snapshot);

  Home& home_;
  Editions& editions_;
  entmoot::UniqueFunction<bool()> is_needed_;
  entmoot::UniqueFunction<void()> asleep_;
  const std::shared_ptr<Sleep*> self_;  // what is answered later looks here whether it is still there

  entmoot::TimePoint last_used_{};
  std::uint64_t uses_ = 0;
  entmoot::TimerId timer_ = entmoot::TimerId::none;
};

}  // namespace entmoot_app
