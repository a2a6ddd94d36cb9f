// SPDX-License-Identifier: MIT

#pragma once

// One room, seen from the server: who is in it, and the actor that runs its script. It is the only way to that actor,
// and stays when the actor is replaced.
//
//   first message  → an actor is started; the state of a room that slept is given back to it first
//   crash, kill    → the channels of its clients end with phx_error, as if they were linked to it: they join the fresh
//                    room by themselves and get its state
//   reload         → the old actor serializes, a new one is started beside it and restores; messages that come
//                    meanwhile are held (bounded) and taken by whichever goes on. If anything of it fails, the old one
//                    goes on. A replaced actor stays for as long as it owes answers; a join that it answers then is
//                    refused, for the new one does not know of it, and phoenix.js joins again
//   idle           → without clients and messages for a while it serializes, its state is kept (SleepingRooms), the
//                    actor ends
//
// Lives on shards.home_of(topic) with everything it holds; owned by its Home.

#include "members.hpp"
#include "node_counts.hpp"
#include "route.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_ref.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

class Room {
 public:
  /// `home` outlives it.
  Room(Home& home, std::string topic, std::shared_ptr<const Route> route, NodeCounts::Place place);
  /// Ends the actor.
  ~Room();
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] const Route& route() const noexcept { return *route_; }

  /// `args` is a JSON array. Answered by reply_timeout of the route's limits at the latest.
  void call(std::string function, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// The guest's stay begins; what comes to `reply` decides whether it goes on, and if not leave() follows.
  void join(Guest guest, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// The stay of a client ends, for whatever reason. Starts no actor, and is lost on no full mailbox.
  void leave(const std::string& id, std::string_view reason);
  /// Ends the actor by force. Who waits for it is answered `why`.
  void kill(std::string why);
  /// Goes on in the code of `next`.
  void reload(std::shared_ptr<const Route> next);

  [[nodiscard]] RoomInfo info() const;
  /// Nothing would be missed if it were forgotten.
  [[nodiscard]] bool is_over() const noexcept { return !actor_ && members_.empty() && !reload_; }

 private:
  struct Replaced {
    std::string child;  // the supervisor's name
    entmoot::JsServer* actor = nullptr;
  };
  struct Reload {
    std::uint64_t number = 0;
    std::shared_ptr<const Route> next;
    std::shared_ptr<const Route> before = {};  // once there is a new actor
    std::optional<Replaced> old = {};          // the same; its actor is null if it has ended meanwhile
    int attempts = 0;                          // to ask for the state
    std::deque<entmoot::Envelope> held = {};
    std::shared_ptr<const Route> again = {};  // asked for meanwhile
  };

  void send(entmoot::Envelope envelope);
  [[nodiscard]] entmoot::ReplyTo of_this_code(entmoot::ReplyTo reply) const;
  [[nodiscard]] entmoot::Result<entmoot::ActorRef> ensure_started();
  [[nodiscard]] std::string child_id() const;
  [[nodiscard]] entmoot::Result<std::unique_ptr<entmoot::Actor>> start(entmoot::Shard& shard, std::string_view child);
  [[nodiscard]] entmoot::Handlers handlers();
  [[nodiscard]] entmoot::Result<void> emit(std::string_view operation, std::string_view target, std::string_view name,
                                           std::string_view payload);
  void ended(const std::string& child, const entmoot::JsServer* actor, const entmoot::ExitReason& reason);
  void leave_again(std::string id, std::string reason);

  [[nodiscard]] bool reloads(std::uint64_t number) const noexcept { return reload_ && reload_->number == number; }
  void ask_for_state();
  void swap_code(const entmoot::Result<entmoot::JsonText>& snapshot);
  void finish_reload(const entmoot::Result<entmoot::JsonText>& restored);
  void stay_with_old_code(const std::string& why);
  void release_held();
  void refuse_held(const std::string& why);
  void end_replaced(std::string_view child);
  void end_when_answered(const std::string& child, entmoot::TimePoint at_the_latest);
  void end_actors(const entmoot::ExitReason& reason);

  void touch();
  void look_idle();
  void sleep(const entmoot::Result<entmoot::JsonText>& snapshot, std::uint64_t uses);

  [[nodiscard]] entmoot::Envelope envelope(
      std::string function, entmoot::JsonText args,
      entmoot::UniqueFunction<void(Room&, entmoot::Result<entmoot::JsonText>)> then);

  Home& home_;
  const std::string topic_;
  const NodeCounts::Place place_;
  std::shared_ptr<const Route> route_;
  std::shared_ptr<Room*> self_;  // what is answered later looks here whether the room is still there

  entmoot::JsServer* actor_ = nullptr;  // while it lives; the supervisor's
  std::uint64_t generation_ = 0;        // of the code: each has a child of its own in the supervisor
  Members members_;
  std::optional<Reload> reload_;
  std::uint64_t reloads_ = 0;
  std::vector<Replaced> replaced_;  // those of the code before that still owe answers

  entmoot::TimePoint last_used_{};
  std::uint64_t uses_ = 0;
  entmoot::TimerId idle_timer_ = entmoot::TimerId::none;
  std::size_t failures_ = 0;
  std::string last_trouble_;
};

}  // namespace entmoot_app
