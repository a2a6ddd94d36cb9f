// SPDX-License-Identifier: MIT

#pragma once

// One room, seen from the server: who is in it, and the actor that runs its script. It is the only way to that actor,
// and stays when the actor is replaced.
//
//   first message  → an actor is started; the state of a room that slept is given back to it first
//   crash, kill    → the channels of its clients end with phx_error, as if they were linked to it: they join the fresh
//                    room by themselves and get its state
//   reload         → the room goes on in other code, another actor's, or as it was (rooms/reload). Who is let in by an
//                    actor that has been replaced meanwhile is refused, for the new one does not know of it, and
//                    phoenix.js joins again
//   idle           → without clients and messages for a while its state is kept and the actor ends (rooms/sleep)
//
// What its script may ask for is rooms/room_handlers.
//
// Lives on shards.home_of(topic) with everything it holds; owned by its Home.

#include "editions.hpp"
#include "mail.hpp"
#include "members.hpp"
#include "node_counts.hpp"
#include "reload.hpp"
#include "room_log.hpp"
#include "route.hpp"
#include "sleep.hpp"

#include <entmoot/otp/mailbox.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot_app {

struct Home;

/// A row of `entmoot rooms`.
struct RoomInfo {
  std::string topic;
  std::string file;
  std::string child;       ///< Its name in the supervisor.
  std::string state = {};  ///< "running", "restarting", "quarantined", "reloading"
  std::size_t clients = 0;
  entmoot::JsServer::Usage usage = {};
  std::size_t failures = 0;
  std::string last_trouble = {};  ///< Why it last ended by force, or what its last reload failed for.
};

class Room final : private Editions::Owner {
 public:
  /// `home` outlives it.
  Room(Home& home, std::string topic, std::shared_ptr<const Route> route, NodeCounts::Place place);
  /// Ends the actor.
  ~Room() override;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  [[nodiscard]] const std::string& topic() const noexcept { return editions_.topic(); }
  [[nodiscard]] const std::shared_ptr<RoomLog>& log() const noexcept { return log_; }
  /// Of the code it runs.
  [[nodiscard]] const Route& route() const noexcept { return *editions_.route(); }

  /// `args` is a JSON array. Answered by reply_timeout of the route's limits at the latest.
  void call(std::string function, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// The guest's stay begins; what comes to `reply` decides whether it goes on, and if not leave() follows.
  void join(Guest guest, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// The stay of a client ends, for whatever reason. Starts no actor, and is lost on no full mailbox.
  void leave(const std::string& id, std::string_view reason);
  /// What the channel of a client has intercepted.
  void hand_out(Outgoing message);
  /// Answers when what was handed out before has gone its way (AllPassed in mail.hpp).
  void tell_when_passed(entmoot::ReplyTo reply);
  /// Ends the actor by force. Who waits for it is answered `why`.
  void kill(const std::string& why);
  /// The same, behind the task that is running.
  void kill_later(std::string why);
  /// Goes on in the code of `next`.
  void reload(std::shared_ptr<const Route> next);

  [[nodiscard]] RoomInfo info() const;
  /// Nothing would be missed if it were forgotten.
  [[nodiscard]] bool is_over() const noexcept { return !editions_.actor() && members_.empty() && !reload_; }

 private:
  // Editions::Owner
  [[nodiscard]] std::unique_ptr<entmoot::JsServer> make_actor(const Route& route) override;
  void actor_started(entmoot::JsServer& actor) override;
  void actor_ended(const entmoot::ExitReason& reason) override;

  void send(Mail mail);
  void take(entmoot::Envelope message);
  void take(Outgoing message);
  void take(AllPassed waits);
  void use(std::shared_ptr<const Route> route);
  [[nodiscard]] entmoot::ReplyTo of_this_code(entmoot::ReplyTo reply) const;
  void leave_again(std::string id, std::string reason);
  /// A message of the room's own.
  [[nodiscard]] entmoot::Envelope envelope(
      std::string function, entmoot::JsonText args,
      entmoot::UniqueFunction<void(Room&, entmoot::Result<entmoot::JsonText>)> then);

  void reload_is_over(const Reload::Over& over);
  void resume();
  void lose(const std::string& why);

  Home& home_;
  const NodeCounts::Place place_;
  const std::shared_ptr<Room*> self_;  // what is answered later looks here whether the room is still there

  const std::shared_ptr<RoomLog> log_;
  Members members_;
  Editions editions_;               // after the members, whom its actors speak to
  std::unique_ptr<Reload> reload_;  // while one is under way

  Sleep sleep_;

  std::size_t failures_ = 0;
  std::string last_trouble_;
};

}  // namespace entmoot_app
