// SPDX-License-Identifier: MIT

#pragma once

// What happens to an idle room. After a few seconds without messages the memory that it has freed is returned to the
// system (js/heap.hpp, trim()). Then it is put to sleep: after a time (RoomLimits::idle_after) without clients and
// messages its actor serializes its state, which is stored in SleepingRooms, and ends. The next message starts a new
// actor (Room::actor_started). A message that arrives before the state keeps the room awake.
//
// A state that cannot be serialized, or is too large, is lost and logged: a room must not stay forever because its
// serialize() throws.
//
// Lives on the room's shard; owned by the Room.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/rooms/room_context.hpp>

#include <cstdint>

namespace entmoot {

class ActorVersions;

class RoomSleep {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Whether the room has clients or a reload in progress.
    [[nodiscard]] virtual bool is_needed() const = 0;
    /// Whether its state is kept on the disk: it needs no serialized one to sleep.
    [[nodiscard]] virtual bool is_durable() const = 0;
    /// Keeps what it has serialized, for other code.
    virtual void keep_serialized(const JsonText& state) = 0;
    /// The room has no actor now.
    virtual void fell_asleep() = 0;
  };

  /// Starts the idle time. All outlive it.
  RoomSleep(const RoomContext& context, ActorVersions& versions, Listener& listener);
  ~RoomSleep();
  RoomSleep(const RoomSleep&) = delete;
  RoomSleep& operator=(const RoomSleep&) = delete;

  /// Restarts the idle time.
  void touch();
  [[nodiscard]] TimePoint last_used() const noexcept { return last_used_; }
  /// Whether the room has an actor that nobody uses.
  [[nodiscard]] bool is_possible() const;
  /// Puts the room to sleep before its time, because memory is tight. Only if is_possible().
  void begin_early();
  /// As begin_early(), on request. Only if is_possible().
  void begin();

 private:
  void check_after(Duration delay);
  void check();
  void trim_after(Duration delay);
  void fall_asleep();
  void serialized(const Result<JsonText>& state, std::uint64_t uses);
  void keep(const Result<JsonText>& state);

  const RoomContext& context_;
  ActorVersions& versions_;
  Listener& listener_;

  TimePoint last_used_{};
  std::uint64_t uses_ = 0;
  TimerId timer_ = TimerId::none;
  TimerId trim_timer_ = TimerId::none;
  bool serializing_ = false;
  WeakThis<RoomSleep> self_{this};
};

}  // namespace entmoot
