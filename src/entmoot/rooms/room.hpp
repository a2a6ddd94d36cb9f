// SPDX-License-Identifier: MIT

#pragma once

// One room, as the server sees it: its clients, and the actor that runs its script. It is the only way to that actor,
// and stays when the actor is replaced.
//
//   first message  → an actor is started; the state of a room that slept is given to it first
//   crash, kill    → the channels of its clients end with phx_error, as if they were linked to it: the clients join the
//                    fresh room by themselves and get its state
//   reload         → the room goes on in other code, another actor's, or is rolled back (rooms/room_reload). A client
//                    that is admitted by an actor that has been replaced meanwhile is refused, for the new one does not
//                    know it; phoenix.js joins again
//   idle           → without clients and messages for a while its state is kept and the actor ends (rooms/room_sleep)
//
// What its script may ask for: rooms/room_handlers.
//
// Lives on shards.home_of(topic) with everything it holds; owned by its RoomShard.

#include <entmoot/base/weak_this.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/rooms/actor_versions.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_members.hpp>
#include <entmoot/rooms/room_message.hpp>
#include <entmoot/rooms/room_quota.hpp>
#include <entmoot/rooms/room_reload.hpp>
#include <entmoot/rooms/room_route.hpp>
#include <entmoot/rooms/room_sleep.hpp>
#include <entmoot/runtime/js_server.hpp>
#include <entmoot/runtime/limited_log.hpp>

#include <cstddef>
#include <memory>
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
  bool last_reload_failed = false;  ///< And nothing has happened to it since.
};

class Room final : private ActorVersions::Listener, private RoomReload::Listener, private RoomSleep::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Nothing would be missed if the room were destroyed (is_over()); by a later task, for the room is on the stack.
    virtual void room_is_over(Room& room) = 0;
    /// A message of the room to another one's handleInfo.
    virtual void send_to_room(std::string_view topic, const JsonText& message, ReplyTo reply) = 0;
    /// What the node's rooms run now.
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
  /// Of the code it runs.
  [[nodiscard]] const RoomRoute& route() const noexcept { return *versions_.route(); }

  /// Answered by reply_timeout of the route's limits at the latest.
  void call(Envelope message, ReplyTo reply);
  /// The client is a member from now on; the answer decides whether it stays one, and if not leave() follows.
  void join(JoiningClient client, Envelope message, ReplyTo reply);
  /// A client is no member any more, for whatever reason. Starts no actor; a full mailbox does not lose it.
  void leave(const std::string& client, std::string_view reason);
  /// What the channel of a client has intercepted.
  void take_back(InterceptedBroadcast message);
  /// Answers when what was taken back before has gone its way (InterceptBarrier).
  void await_intercepted(ReplyTo reply);
  /// Ends the actor by force. Whoever waits for it is answered `why`.
  void kill(const std::string& why);
  /// The same, after the task that is running.
  void kill_later(std::string why);
  /// Goes on in the code of `next`.
  void reload(std::shared_ptr<const RoomRoute> next);

  [[nodiscard]] RoomInfo info() const;
  /// It has neither an actor nor clients, and nothing is under way.
  [[nodiscard]] bool is_over() const noexcept { return !versions_.actor() && members_.empty() && !reload_; }

 private:
  // ActorVersions::Listener
  [[nodiscard]] std::unique_ptr<JsServer> make_actor(const RoomRoute& route) override;
  void actor_started(JsServer& actor) override;
  void actor_ended(const ExitReason& reason) override;
  // RoomReload::Listener
  void reload_ended(const RoomReload::Ended& ended) override;
  // RoomSleep::Listener
  [[nodiscard]] bool is_needed() const override { return !members_.empty() || reload_; }
  void fell_asleep() override { listener_.room_is_over(*this); }

  void send(RoomMessage message);
  void take(Envelope message);
  void take(InterceptedBroadcast message);
  void take(InterceptBarrier barrier);
  void use(std::shared_ptr<const RoomRoute> route);
  [[nodiscard]] ReplyTo of_this_version(ReplyTo reply) const;
  void tell_left(std::string client, std::string reason);
  /// `message` with a deadline, whose answer is given to `then` if the room still exists.
  [[nodiscard]] Envelope own(Envelope message, UniqueFunction<void(Room&, Result<JsonText>)> then);

  void resume();
  void actor_lost(const Error& why);

  const RoomContext& context_;
  const RoomQuota::Place place_;
  Room::Listener& listener_;

  const std::shared_ptr<LimitedLog> log_;  // shared with what is answered later
  RoomMembers members_;
  ActorVersions versions_;              // after the members, which its actors command
  std::unique_ptr<RoomReload> reload_;  // while one is under way
  RoomSleep sleep_;

  std::size_t failures_ = 0;
  std::string last_trouble_;
  bool last_reload_failed_ = false;
  WeakThis<Room> self_{this};
};

}  // namespace entmoot
