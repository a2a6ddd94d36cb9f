// SPDX-License-Identifier: MIT

#include "editions.hpp"

#include "app.hpp"
#include "rooms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {
// How often it is looked whether a retired edition has given the answers that it owes.
constexpr Duration look_for_answers_every = 50ms;
}  // namespace

Editions::Editions(Home& home, std::string topic, std::shared_ptr<const Route> route, Owner& owner)
    : home_(home),
      topic_(std::move(topic)),
      owner_(owner),
      self_(std::make_shared<Editions*>(this)),
      current_(make(std::move(route))) {}

Editions::~Editions() {
  *self_ = nullptr;
  end_all();
}

Shard& Editions::shard() const noexcept { return home_.shard; }

Editions::Edition Editions::make(std::shared_ptr<const Route> route) {
  return {.name = fmt::format("{}#{}", topic_, opened_++), .route = std::move(route)};
}

Result<ActorRef> Editions::ensure_started() {
  if (current_.actor) return current_.actor->ref();
  return home_.supervisor.ensure_started(current_.name, [this](std::string_view name) {
    return ChildSpec{.id = std::string(name),
                     .start = [self = self_, name = std::string(name)](Shard&) -> Result<std::unique_ptr<Actor>> {
                       if (!*self) return fail("the room is gone");
                       return (*self)->start(name);
                     },
                     .restart = Restart::transient,
                     .intensity = home_.app->config.node.restarts};
  });
}

Result<std::unique_ptr<Actor>> Editions::start(std::string_view name) {
  if (name != current_.name) return fail("its code has been replaced");
  auto actor = owner_.make_actor(*current_.route);
  if (auto registered = home_.ground.registry.register_name(topic_, *actor); !registered) {
    return registered.error().error();
  }
  actor->monitor([self = self_, name = std::string(name), which = actor.get()](const ExitReason& reason) {
    if (*self) (*self)->ended(name, which, reason);
  });
  current_.actor = actor.get();
  owner_.actor_started(*actor);
  return actor;
}

void Editions::ended(const std::string& name, const JsServer* actor, const ExitReason& reason) {
  if (actor == current_.actor) {
    current_.actor = nullptr;
    return owner_.actor_ended(reason);
  }
  if (aside_ && aside_->actor == actor) aside_->actor = nullptr;
  if (name != current_.name) end(name);
}

/// It is not started again.
void Editions::end(std::string_view name, const ExitReason& reason) {
  (void)home_.supervisor.terminate_child(name, reason);
  std::erase_if(retired_, [name](const Edition& retired) { return retired.name == name; });
}

// --- a reload

void Editions::open(std::shared_ptr<const Route> next) {
  aside_ = std::exchange(current_, make(std::move(next)));
  home_.ground.registry.unregister_name(topic_);
}

bool Editions::put_back() {
  Edition old = *std::exchange(aside_, std::nullopt);
  end(current_.name);
  current_.actor = nullptr;
  if (!old.alive()) return false;
  current_ = std::move(old);
  (void)home_.ground.registry.register_name(topic_, *current_.actor);
  return true;
}

void Editions::retire_old() {
  const Edition old = *std::exchange(aside_, std::nullopt);
  if (!old.alive() || old.actor->calls_pending() == 0) return end(old.name);
  const TimePoint at_the_latest = home_.shard.clock().now() + old.route->limits.reply_timeout + look_for_answers_every;
  // Calls that wait for a promise in the old heap are answered there; those that wait for another message in vain are
  // told. Its timers go on as long: they may be what is awaited.
  old.actor->ref().mailbox().push({.name = "entmoot:replaced", .deadline = at_the_latest});
  retired_.push_back(old);
  end_when_answered(old.name, at_the_latest);
}

void Editions::end_when_answered(const std::string& name, TimePoint at_the_latest) {
  home_.shard.after(look_for_answers_every, [self = self_, name, at_the_latest] {
    if (!*self) return;
    Editions& editions = **self;
    const auto found = std::ranges::find(editions.retired_, name, &Edition::name);
    if (found == editions.retired_.end()) return;
    const bool owes = found->actor->calls_pending() > 0 && editions.shard().clock().now() < at_the_latest;
    owes ? editions.end_when_answered(name, at_the_latest) : editions.end(name);
  });
}

void Editions::end_all(const ExitReason& reason) {
  end(current_.name, reason);
  current_.actor = nullptr;
  if (aside_) end(std::exchange(aside_, std::nullopt)->name, reason);
  for (const Edition& retired : std::exchange(retired_, {})) end(retired.name, reason);
}

}  // namespace entmoot_app
