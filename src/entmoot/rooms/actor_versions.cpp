// SPDX-License-Identifier: MIT

#include <entmoot/rooms/actor_versions.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/rooms_options.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace entmoot {

using namespace std::chrono_literals;

namespace {
// How often a retired version is checked for unanswered calls.
constexpr Duration check_answers_every = 50ms;
}  // namespace

ActorVersions::ActorVersions(const RoomContext& context, std::string topic, std::shared_ptr<const RoomRoute> route,
                             Listener& listener)
    : context_(context), topic_(std::move(topic)), listener_(listener), current_(make(std::move(route))) {}

ActorVersions::~ActorVersions() {
  self_.invalidate();
  end_all();
}

ActorVersions::Version ActorVersions::make(std::shared_ptr<const RoomRoute> route) {
  return {.name = fmt::format("{}#{}", topic_, versions_++), .route = std::move(route)};
}

Result<ActorRef> ActorVersions::ensure_started() {
  if (current_.actor) return current_.actor->ref();
  return context_.supervisor.ensure_started(current_.name, [this](std::string_view name) {
    return ChildSpec{.id = std::string(name),
                     .start = [self = self_.ref(), name = std::string(name)](Shard&) -> Result<std::unique_ptr<Actor>> {
                       ActorVersions* const versions = self.get();
                       if (!versions) return fail(ErrorCode::unavailable, "the room no longer exists");
                       return versions->start(name);
                     },
                     .restart = Restart::transient,
                     .intensity = context_.options.restarts};
  });
}

Result<std::unique_ptr<Actor>> ActorVersions::start(std::string_view name) {
  if (name != current_.name) return fail(ErrorCode::unavailable, "the room was reloaded");
  auto actor = listener_.make_actor(*current_.route);
  if (auto registered = context_.registry.register_name(topic_, *actor); !registered) {
    return registered.error().error();
  }
  actor->monitor([self = self_.ref(), name = std::string(name), which = actor.get()](const ExitReason& reason) {
    if (ActorVersions* const versions = self.get()) versions->ended(name, which, reason);
  });
  current_.actor = actor.get();
  listener_.actor_started(*actor);
  return actor;
}

void ActorVersions::ended(const std::string& name, const JsServer* actor, const ExitReason& reason) {
  if (actor == current_.actor) {
    current_.actor = nullptr;
    return listener_.actor_ended(reason);
  }
  if (previous_ && previous_->actor == actor) previous_->actor = nullptr;
  if (name != current_.name) end(name);
}

/// Ends a version for good: it is not restarted.
void ActorVersions::end(std::string_view name, const ExitReason& reason) {
  (void)context_.supervisor.terminate_child(name, reason);
  std::erase_if(retired_, [name](const Version& retired) { return retired.name == name; });
}

// --- a reload

void ActorVersions::begin(std::shared_ptr<const RoomRoute> next) {
  previous_ = std::exchange(current_, make(std::move(next)));
  context_.registry.unregister_name(topic_);
}

bool ActorVersions::roll_back() {
  std::optional<Version> previous = std::exchange(previous_, std::nullopt);
  ENTMOOT_CHECK(previous.has_value(), "a reload has begun");
  Version& old = *previous;
  end(current_.name);
  current_.actor = nullptr;
  if (!old.alive()) return false;
  current_ = std::move(old);
  (void)context_.registry.register_name(topic_, *current_.actor);
  return true;
}

void ActorVersions::retire_previous() {
  const std::optional<Version> previous = std::exchange(previous_, std::nullopt);
  ENTMOOT_CHECK(previous.has_value(), "a reload has begun");
  const Version& old = *previous;
  if (!old.alive() || old.actor->calls_pending() == 0) return end(old.name);
  const TimePoint at_the_latest = shard().clock().now() + old.route->limits.reply_timeout + check_answers_every;
  // Calls that await a promise in the old heap are answered there; calls that await another message, which will not
  // arrive, get an error. Its timers keep running meanwhile, because a call may await one.
  Envelope replaced = entry::replaced();
  replaced.deadline = at_the_latest;
  old.actor->ref().mailbox().push(std::move(replaced));
  retired_.push_back(old);
  end_when_answered(old.name, at_the_latest);
}

void ActorVersions::end_when_answered(const std::string& name, TimePoint at_the_latest) {
  shard().after(check_answers_every, [self = self_.ref(), name, at_the_latest] {
    ActorVersions* const versions = self.get();
    if (!versions) return;
    const auto found = std::ranges::find(versions->retired_, name, &Version::name);
    if (found == versions->retired_.end()) return;
    const bool has_pending = found->actor->calls_pending() > 0 && versions->shard().clock().now() < at_the_latest;
    has_pending ? versions->end_when_answered(name, at_the_latest) : versions->end(name);
  });
}

void ActorVersions::end_all(const ExitReason& reason) {
  end(current_.name, reason);
  current_.actor = nullptr;
  if (const auto previous = std::exchange(previous_, std::nullopt)) end(previous->name, reason);
  for (const Version& retired : std::exchange(retired_, {})) end(retired.name, reason);
}

}  // namespace entmoot
