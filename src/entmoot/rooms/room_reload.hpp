// SPDX-License-Identifier: MIT

#pragma once

// Moves a live room to new code, with its state and its clients. One object for each reload, from the request to its
// outcome:
//
//   Serializing  the room runs the old version, whose actor serializes its state
//   Restoring    the room runs the new version, whose actor restores that state; the old one is the previous version
//                (rooms/actor_versions) and unchanged
//   Ended        `reloaded`; `rolled_back`, the old version continues; or `lost`, no actor is left
//
// Meanwhile messages to the room are queued here (bounded), and processed in order by the version that continues.
//
//   event in Serializing
//     the step succeeds          → Restoring
//     it fails or times out      → rolled_back
//     the old actor ends         the room ends, and the reload with it
//     the room is killed         the reload ends with it
//   event in Restoring
//     the step succeeds          → reloaded
//     it fails or times out      → rolled_back; `lost` if the old actor has ended
//     the old actor ends         nothing: the new one has its state
//     the new actor ends         as if the step had failed
//     the room is killed         the reload ends with it and with both actors
//   in both states
//     another reload             is remembered, only the last one: it starts when this one has ended; after `lost` the
//                                room starts with it
//
// The list of intercepted events changes with the version. While Restoring, the events of both versions are
// intercepted: such a broadcast returns to the room, is queued like a message, and is passed to handleOut or to the
// client, as the continuing version specifies. So no broadcast that the new code has to filter escapes during the
// reload. At the outcome the channels get the list of that version before any queued message is processed
// (RoomMembers::intercept).
//
// A full mailbox is not a failure: new messages are queued here, so the mailbox drains, and serialize is retried. A
// client that was joining under the old version is refused by rooms/room when the reply arrives.
//
// Lives on the room's shard; owned by the Room, which releases it after reload_ended(), or before.

#include <entmoot/base/json.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/rooms/room_message.hpp>
#include <entmoot/rooms/room_route.hpp>

#include <deque>
#include <memory>
#include <utility>
#include <variant>

namespace entmoot {

class ActorVersions;
class RoomMembers;

class RoomReload {
 public:
  enum class Outcome { reloaded, rolled_back, lost };
  struct Ended {
    Outcome outcome;
    Error why = {};  ///< Unless reloaded.
  };
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Called once, in a task of its own; may destroy the reload.
    virtual void reload_ended(const Ended& ended) = 0;
  };

  /// The current version has an actor.
  RoomReload(ActorVersions& versions, RoomMembers& members, std::shared_ptr<const RoomRoute> next, Listener& listener);
  RoomReload(const RoomReload&) = delete;
  RoomReload& operator=(const RoomReload&) = delete;

  /// Queues a message for the version that continues. Same limits as the mailbox; beyond them the reply is
  /// `overloaded`.
  void hold(RoomMessage message);
  /// Sets the code of the next reload, which starts when this one has ended.
  void follow_with(std::shared_ptr<const RoomRoute> next) { following_ = next == next_ ? nullptr : std::move(next); }

  // --- for the Room, when it releases the reload

  [[nodiscard]] std::deque<RoomMessage> take_held() {
    held_bytes_.clear();
    return std::exchange(held_, {});
  }
  /// Null: no other reload was requested meanwhile.
  [[nodiscard]] const std::shared_ptr<const RoomRoute>& following() const noexcept { return following_; }
  /// The most recently requested code.
  [[nodiscard]] const std::shared_ptr<const RoomRoute>& newest() const noexcept {
    return following_ ? following_ : next_;
  }

 private:
  struct Serializing {
    int attempts;
  };
  struct Restoring {};

  void serialize();
  void serialized(const Result<JsonText>& state);
  void restored(const Result<JsonText>& result);
  void roll_back(Error why);

  using Step = void (RoomReload::*)(const Result<JsonText>&);
  /// `envelope` with a deadline and a reply that runs the next step, if the reload still exists.
  [[nodiscard]] Envelope then(Envelope envelope, Step next);

  ActorVersions& versions_;
  RoomMembers& members_;
  const std::shared_ptr<const RoomRoute> next_;
  Listener& listener_;
  std::variant<Serializing, Restoring, Ended> state_;
  std::deque<RoomMessage> held_;
  MemoryCharge held_bytes_;  // of these messages
  std::shared_ptr<const RoomRoute> following_;
  WeakThis<RoomReload> self_{this};
};

}  // namespace entmoot
