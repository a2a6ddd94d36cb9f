// SPDX-License-Identifier: MIT

#pragma once

// The actors of a room, one for each version of its code. A room runs one version at a time:
//
//   current   receives the room's messages and has its name in the Registry; its actor is started by the first message,
//             and restarted by the supervisor after a crash
//   previous  the one before, until it is certain that the current one can continue (rooms/room_reload): it keeps its
//             state, but gets no messages, and its intervals are paused, so that nothing happens twice
//   retired   earlier ones with unanswered calls: they end when they have answered, or at a deadline
//
// Only the current version is restarted. An actor belongs to the supervisor; its pointer here is cleared by the
// task that reports its end. Between its end and that task the pointer refers to a dead actor: a message to it fails
// with the reason of its exit.
//
// Lives on the room's shard; owned by the Room.

#include <entmoot/base/weak_this.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_route.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class ActorVersions {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    [[nodiscard]] virtual std::unique_ptr<JsServer> make_actor(const RoomRoute& route) = 0;
    /// The current version has an actor, which has not taken a message yet.
    virtual void actor_started(JsServer& actor) = 0;
    /// The actor of the current version has exited, without a request.
    virtual void actor_ended(const ExitReason& reason) = 0;
  };

  /// `context` and `listener` outlive it.
  ActorVersions(const RoomContext& context, std::string topic, std::shared_ptr<const RoomRoute> route,
                Listener& listener);
  /// Ends every actor.
  ~ActorVersions();
  ActorVersions(const ActorVersions&) = delete;
  ActorVersions& operator=(const ActorVersions&) = delete;

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] Shard& shard() const noexcept { return context_.shard; }
  [[nodiscard]] const std::shared_ptr<const RoomRoute>& route() const noexcept { return current_.route; }
  /// The name of the current version, different from all others: its child id in the supervisor.
  [[nodiscard]] const std::string& name() const noexcept { return current_.name; }
  /// The actor of the current version; null: none, the next message starts it.
  [[nodiscard]] JsServer* actor() const noexcept { return current_.actor; }
  [[nodiscard]] Result<ActorRef> ensure_started();

  /// Sets the code of the next actor. There is no actor.
  void use(std::shared_ptr<const RoomRoute> route) { current_.route = std::move(route); }

  // --- a reload

  /// Makes `next`, without an actor yet, the current version; the current one, which has an actor, becomes the
  /// previous.
  void begin(std::shared_ptr<const RoomRoute> next);
  /// Retires the previous version.
  void retire_previous();
  /// Ends the current version and makes the previous one current. False if that has exited; then there is no actor.
  [[nodiscard]] bool roll_back();

  /// Ends every actor, and restarts none; the next message starts one. The listener is not called.
  void end_all(const ExitReason& reason = ExitReason::shutdown());

 private:
  struct Version {
    std::string name;
    std::shared_ptr<const RoomRoute> route;
    JsServer* actor = nullptr;  // until its end is reported
    [[nodiscard]] bool alive() const noexcept { return actor && actor->alive(); }
  };

  [[nodiscard]] Version make(std::shared_ptr<const RoomRoute> route);
  [[nodiscard]] Result<std::unique_ptr<Actor>> start(std::string_view name);
  void ended(const std::string& name, const JsServer* actor, const ExitReason& reason);
  void end(std::string_view name, const ExitReason& reason = ExitReason::shutdown());
  void end_when_answered(const std::string& name, TimePoint at_the_latest);

  const RoomContext& context_;
  const std::string topic_;
  Listener& listener_;
  std::uint64_t versions_ = 0;

  Version current_;
  std::optional<Version> previous_;
  std::vector<Version> retired_;
  WeakThis<ActorVersions> self_{this};
};

}  // namespace entmoot
