// SPDX-License-Identifier: MIT

#pragma once

// The actors that a room has had, one for each code it has run in. A room is in one edition at a time:
//
//   current   takes the room's messages and has its name; its actor is started with the first message, and started anew
//             by the supervisor when it has ended by force
//   aside     the one before, while it is not certain that the current one can go on (rooms/reload): whole, but nothing
//             is sent to it and its intervals rest, so that nothing happens twice
//   retired   those before that still owe answers: they end when they have given them, or when nobody waits any more
//
// Only the current edition is started again. An actor belongs to the supervisor; what is kept of it here is forgotten
// in the task that tells of its end. Between its end and that task it is there, and dead: a message to it is answered
// with the reason.
//
// Lives on the room's shard; owned by the Room.

#include "route.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

struct Home;

class Editions {
 public:
  /// Whose actors they are.
  class Owner {
   public:
    virtual ~Owner() = default;
    [[nodiscard]] virtual std::unique_ptr<entmoot::JsServer> make_actor(const Route& route) = 0;
    /// The current edition has an actor, which has not taken a message yet.
    virtual void actor_started(entmoot::JsServer& actor) = 0;
    /// It has none any more, and nobody has asked for that.
    virtual void actor_ended(const entmoot::ExitReason& reason) = 0;
  };

  /// `home` and `owner` outlive it.
  Editions(Home& home, std::string topic, std::shared_ptr<const Route> route, Owner& owner);
  /// Ends every actor.
  ~Editions();
  Editions(const Editions&) = delete;
  Editions& operator=(const Editions&) = delete;

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] entmoot::Shard& shard() const noexcept;
  [[nodiscard]] const std::shared_ptr<const Route>& route() const noexcept { return current_.route; }
  /// The name of the current one: no two have the same. The supervisor knows its actor by it.
  [[nodiscard]] const std::string& name() const noexcept { return current_.name; }
  /// Of the current one; null: there is none, and the next message starts it.
  [[nodiscard]] entmoot::JsServer* actor() const noexcept { return current_.actor; }
  [[nodiscard]] entmoot::Result<entmoot::ActorRef> ensure_started();

  /// There is no actor: the next one runs the code of `route`.
  void use(std::shared_ptr<const Route> route) { current_.route = std::move(route); }

  // --- a reload

  /// Opens an edition, which has no actor yet, and puts the current one aside, which has one.
  void open(std::shared_ptr<const Route> next);
  /// The one aside is not needed any more.
  void retire_old();
  /// The current one is given up and the one aside takes its place. False: that has ended, there is no actor.
  [[nodiscard]] bool put_back();

  /// Ends every actor, and starts none again; the next message does. Nobody is told actor_ended().
  void end_all(const entmoot::ExitReason& reason = entmoot::ExitReason::shutdown());

 private:
  struct Edition {
    std::string name;
    std::shared_ptr<const Route> route;
    entmoot::JsServer* actor = nullptr;  // until it is told that it has ended
    [[nodiscard]] bool alive() const noexcept { return actor && actor->alive(); }
  };

  [[nodiscard]] Edition make(std::shared_ptr<const Route> route);
  [[nodiscard]] entmoot::Result<std::unique_ptr<entmoot::Actor>> start(std::string_view name);
  void ended(const std::string& name, const entmoot::JsServer* actor, const entmoot::ExitReason& reason);
  void end(std::string_view name, const entmoot::ExitReason& reason = entmoot::ExitReason::shutdown());
  void end_when_answered(const std::string& name, entmoot::TimePoint at_the_latest);

  Home& home_;
  const std::string topic_;
  Owner& owner_;
  const std::shared_ptr<Editions*> self_;  // what comes later looks here whether they are still there
  std::uint64_t opened_ = 0;

  Edition current_;
  std::optional<Edition> aside_;
  std::vector<Edition> retired_;
};

}  // namespace entmoot_app
