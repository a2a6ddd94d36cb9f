// SPDX-License-Identifier: MIT

#pragma once

// One room: its clients, and the actor that runs its script. All access to that actor goes through the Room, which
// persists when the actor is replaced.
//
//   first message  → an actor is started; the state of a room that slept is restored first
//   durable        → the journal brings its actor to the state of the room's last turn (rooms/room_journal); a crash is
//                    felt by the sender of the message only
//   crash, kill    → the channels of its clients end with phx_error, as if linked to it: the clients rejoin the fresh
//                    room by themselves and get its state
//   reload         → the room continues in new code, in another actor, or is rolled back (rooms/room_reload). A client
//                    admitted by an actor that has been replaced meanwhile is refused, because the new actor does not
//                    know it; phoenix.js joins again
//   idle           → after a time without clients and messages its state is kept and the actor ends (rooms/room_sleep)
//
// The functions available to its script: rooms/room_handlers.
//
// Lives on shards.home_of(topic) with everything it holds; owned by its RoomShard.

#include <entmoot/base/limited_log.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/rooms/actor_versions.hpp>
#include <entmoot/rooms/crashing_inputs.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_counters.hpp>
#include <entmoot/rooms/room_journal.hpp>
#include <entmoot/rooms/room_members.hpp>
#include <entmoot/rooms/room_message.hpp>
#include <entmoot/rooms/room_quota.hpp>
#include <entmoot/rooms/room_reload.hpp>
#include <entmoot/rooms/room_route.hpp>
#include <entmoot/rooms/room_sleep.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot {

struct RoomRoutes;

/// A row of `entmoot rooms`.
struct RoomInfo {
  std::string topic;
  std::string file;
  std::string child;       ///< Its id in the supervisor.
  std::string state = {};  ///< "running", "restarting", "quarantined", "reloading", "ended"
  std::size_t clients = 0;
  JsServer::Usage usage = {};
  std::size_t failures = 0;
  std::string last_trouble = {};    ///< Why it last crashed or was killed, or why its last reload failed.
  bool last_reload_failed = false;  ///< And it has not crashed or been killed since.
};

/// A message of a room to another one.
struct RoomCall {
  std::string topic;
  Envelope message;
  /// Starts or wakes the other room if necessary, on this account; otherwise it has to be running.
  std::optional<RoomQuota::Origin> starts = {};
};

class Room final : private ActorVersions::Listener, private RoomReload::Listener, private RoomSleep::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// The room may be destroyed (is_over()), in a later task, because the room is on the stack.
    virtual void room_is_over(Room& room) = 0;
    /// Sends a message of this room to another room.
    virtual void send_to_room(RoomCall call, ReplyTo reply) = 0;
    /// The node's current routes.
    [[nodiscard]] virtual const RoomRoutes& routes() const = 0;
  };

  /// `context` and `listener` outlive it. `place` is its place in the node's quota.
  Room(const RoomContext& context, std::string topic, std::shared_ptr<const RoomRoute> route, RoomQuota::Place place,
       Room::Listener& listener);
  /// Ends the actor.
  ~Room() override;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  [[nodiscard]] const std::string& topic() const noexcept { return versions_.topic(); }
  /// On whose account it was started.
  [[nodiscard]] RoomQuota::Origin origin() const noexcept { return place_.origin(); }
  /// The route whose code it runs.
  [[nodiscard]] const RoomRoute& route() const noexcept { return *versions_.route(); }

  /// Replies within the route's `reply_timeout`.
  void call(Envelope message, ReplyTo reply);
  /// Adds the client. The reply decides whether it stays a member; if not, leave() follows.
  void join(JoiningClient client, Envelope message, ReplyTo reply);
  /// Removes a client, for whatever reason. Starts no actor; delivered even if the mailbox is full.
  void leave(ClientNumber client, std::string_view reason);
  /// Takes a broadcast that a client's channel has intercepted.
  void take_back(InterceptedBroadcast message);
  /// Replies when all intercepted broadcasts taken before have been processed (InterceptBarrier).
  void await_intercepted(ReplyTo reply);
  /// Ends the actor by force. Pending calls get the error `why`.
  void kill(const std::string& why);
  /// As kill(), after the current task.
  void kill_later(std::string why);
  /// Whether it could sleep now, although it has not been idle for long enough: nobody uses it.
  [[nodiscard]] bool can_sleep() const { return sleep_.is_possible(); }
  [[nodiscard]] TimePoint last_used() const noexcept { return sleep_.last_used(); }
  /// Only if can_sleep().
  void sleep_early() { sleep_.begin_early(); }
  /// As sleep_early(), on request of a person.
  void sleep_when_idle() { sleep_.begin(); }
  /// The server is about to end: a durable room's script serializes its state, for other code. `done` is released then.
  void serialize(std::shared_ptr<void> done);
  /// The server ends: a durable room's state is saved.
  void save();
  /// Continues in the code of `next`.
  void reload(std::shared_ptr<const RoomRoute> next);

  [[nodiscard]] RoomInfo info() const;
  /// Its last inputs and the last lines of its log.
  [[nodiscard]] const RecentActivity& activity() const noexcept { return activity_; }
  [[nodiscard]] const RoomMembers& members() const noexcept { return members_; }
  /// Null: none is running.
  [[nodiscard]] const JsServer* actor() const noexcept { return versions_.actor(); }
  /// How often it has crashed.
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }
  /// Whether it has neither an actor nor clients nor a reload in progress.
  [[nodiscard]] bool is_over() const noexcept { return !versions_.actor() && members_.empty() && !reload_; }

 private:
  // ActorVersions::Listener
  [[nodiscard]] std::unique_ptr<JsServer> make_actor(const RoomRoute& route) override;
  void actor_started(JsServer& actor) override;
  void actor_ended(const ExitReason& reason) override;
  // RoomReload::Listener
  void reload_ended(const RoomReload::Ended& ended) override;
  // RoomSleep::Listener
  [[nodiscard]] bool is_durable() const override { return journal_ != nullptr; }
  [[nodiscard]] bool is_needed() const override { return !members_.empty() || reload_; }
  void keep_serialized(const JsonText& state) override { journal_->put_serialized(state); }
  void fell_asleep() override { listener_.room_is_over(*this); }

  void send(RoomMessage message);
  void take(Envelope message);
  void take(const InterceptedBroadcast& message);
  void take(InterceptBarrier barrier);
  void use(std::shared_ptr<const RoomRoute> route);
  [[nodiscard]] ReplyTo of_this_version(ReplyTo reply) const;
  void tell_left(ClientNumber client, const std::string& reason);
  /// `message` with a deadline and a reply that is passed to `then`, if the room still exists.
  [[nodiscard]] Envelope own(Envelope message, UniqueFunction<void(Room&, Result<JsonText>)> then);

  [[nodiscard]] Envelope recovered();
  void restore_serialized(JsServer& actor);
  void resume();
  void actor_lost(const Error& why);
  void note(log::Level level, std::string_view text);

  const RoomContext& context_;
  const RoomQuota::Place place_;
  Room::Listener& listener_;
  RouteCounters& counters_;  // of the route that it was started for
  RecentActivity activity_;  // before the actors, which write it

  const std::shared_ptr<LimitedLog> log_;         // shared with pending replies
  const std::shared_ptr<MemoryAccount> account_;  // shared with what is held for the room
  RoomMembers members_;
  ActorVersions versions_;                // after the members, which its actors command
  std::unique_ptr<RoomJournal> journal_;  // null: the room is not durable
  bool from_serialized_ = false;          // its turns cannot be replayed: the next actor restores what was serialized
  Unanswered unanswered_;                 // by an actor that has crashed
  CrashingInputs crashing_;               // of a durable room
  std::unique_ptr<RoomReload> reload_;    // while one is in progress
  RoomSleep sleep_;

  std::size_t failures_ = 0;
  std::string last_trouble_;
  bool last_reload_failed_ = false;
  WeakThis<Room> self_{this};
};

}  // namespace entmoot
