// SPDX-License-Identifier: MIT

#pragma once

// A live room changes to other code, with its state and its clients. One object for each reload, from the request to
// its outcome:
//
//   Serializing  the room runs the old version, whose actor has been asked for its state
//   Restoring    the room runs the new version, whose actor has been given that state; the old one is the previous
//                version (rooms/actor_versions) and unchanged
//   Ended        `reloaded`; `rolled_back`, the old version goes on; or `lost`, no actor is left
//
// Meanwhile messages to the room are held here, bounded, and taken in order by the version that goes on.
//
//   event                        Serializing                             Restoring
//   the step succeeds            → Restoring                             reloaded
//   it fails or times out        rolled_back                             rolled_back; lost if the old actor has ended
//   too the old actor ends           the room ends, the reload with it       nothing: the new one has its state the new
//   actor ends           -                                       as if the step had failed the room is killed the
//   reload ends with it                 the same, with both actors another reload               is remembered, the last
//   of them: it begins when this one has ended; a lost room starts
//                                in it
//
// Which broadcasts are intercepted changes with the version. While Restoring, the events of both versions are: such a
// broadcast returns to the room, is held like a message, and is given to handleOut or passed on, as the version says
// that goes on. So nothing that the new code has to filter gets out because it was early. With the outcome the channels
// are told the list of that version, before any held message is taken (RoomMembers::intercept).
//
// A full mailbox is no failure: new messages are held, so it drains, and the old actor is asked again. A client that
// was about to join under the old version is refused by rooms/room when the answer arrives.
//
// Lives on the room's shard; owned by the Room, which releases it when it is told that it has ended, or before.

#include <entmoot/base/json.hpp>
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

  /// Queues a message for the version that goes on. As many as a mailbox takes; the next is answered `overloaded`.
  void hold(RoomMessage message);
  /// The code to load when this reload has ended.
  void follow_with(std::shared_ptr<const RoomRoute> next) { following_ = next == next_ ? nullptr : std::move(next); }

  // --- for the room, which releases it

  [[nodiscard]] std::deque<RoomMessage> take_held() { return std::exchange(held_, {}); }
  /// Null: no other reload was requested meanwhile.
  [[nodiscard]] const std::shared_ptr<const RoomRoute>& following() const noexcept { return following_; }
  /// The last code that was requested.
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
  /// `envelope`, whose answer leads to the next step, if the reload still exists then.
  [[nodiscard]] Envelope then(Envelope envelope, Step next);

  ActorVersions& versions_;
  RoomMembers& members_;
  const std::shared_ptr<const RoomRoute> next_;
  Listener& listener_;
  std::variant<Serializing, Restoring, Ended> state_;
  std::deque<RoomMessage> held_;
  std::shared_ptr<const RoomRoute> following_;
  WeakThis<RoomReload> self_{this};
};

}  // namespace entmoot
