// SPDX-License-Identifier: MIT

#include <entmoot/otp/supervisor.hpp>

#include <entmoot/base/check.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace entmoot {

Supervisor::Supervisor(Shard& shard, RestartIntensity intensity) : Actor(shard), intensity_(intensity), ended_(shard) {}

Supervisor::~Supervisor() { exit(ExitReason::shutdown()); }

Result<std::unique_ptr<Supervisor>> Supervisor::start(Shard& shard, std::vector<ChildSpec> children,
                                                      RestartIntensity intensity) {
  std::unique_ptr<Supervisor> supervisor(new Supervisor(shard, intensity));
  supervisor->children_.reserve(children.size());
  for (ChildSpec& spec : children) {
    if (std::ranges::any_of(supervisor->children_, [&](const Child& other) { return other.spec.id == spec.id; })) {
      return fail(ErrorCode::already_exists, fmt::format("duplicate child \"{}\"", spec.id));
    }
    Child& child = supervisor->children_.emplace_back(Child{.spec = std::move(spec)});
    auto actor = entmoot::start(child.spec, shard);
    if (!actor)
      return fail(ErrorCode::failed,
                  fmt::format("failed to start child \"{}\": {}", child.spec.id, actor.error().reason));
    supervisor->adopt(child, *std::move(actor));
  }
  return supervisor;
}

/// A supervisor accepts no messages.
bool Supervisor::slice() {
  while (auto envelope = mailbox().take())
    std::move(envelope->reply)(fail(ErrorCode::invalid, "a supervisor accepts no messages"));
  return false;
}

void Supervisor::ended(const ExitReason&) {
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    child->state = ChildState::ended;
    ended_.destroy(std::move(child->actor));
  }
}

void Supervisor::adopt(Child& child, std::unique_ptr<Actor> actor) {
  child.state = actor ? ChildState::running : ChildState::ended;  // ended: `start` returned nullptr (OTP: ignore)
  child.actor = std::move(actor);
  if (!child.actor) return;
  child.actor->monitor([self = self_.ref(), ref = child.actor->ref()](const ExitReason&) {
    if (Supervisor* const supervisor = self.get()) supervisor->settle(ref);
  });
}

void Supervisor::settle(const ActorRef& ended_child) {
  const auto found = std::ranges::find_if(
      children_, [&](const Child& child) { return child.actor && child.actor->ref() == ended_child; });
  if (found == children_.end()) return;
  const std::optional<ExitReason>& exit = found->actor->exit_reason();
  ENTMOOT_CHECK(exit.has_value(), "the actor has exited");
  const ExitReason reason = *exit;
  ended_.destroy(std::move(found->actor));
  found->state = ChildState::ended;
  if (verdict(found->spec.restart, reason) == Verdict::restart) {
    failed(*found, reason);
    if (alive()) restart(found->spec.id);
  } else if (found->spec.restart == Restart::temporary) {
    children_.erase(found);
  }
}

/// Counts a restart; ends the supervisor if the intensity is exceeded.
void Supervisor::failed(Child& child, ExitReason reason) {
  ++child.failures;
  child.last_exit = std::move(reason);
  child.state = ChildState::restarting;
  if (!window_.add(shard().clock().now(), intensity_)) exit(ExitReason::shutdown());
}

void Supervisor::restart(std::string_view id) {
  const auto found =
      std::ranges::find(children_, id, [](const Child& child) -> const std::string& { return child.spec.id; });
  if (!alive() || found == children_.end()) return;
  auto actor = entmoot::start(found->spec, shard());
  if (!alive()) {  // `start` has ended this supervisor
    if (actor) ended_.destroy(*std::move(actor));
  } else if (actor) {
    adopt(*found, *std::move(actor));
  } else {
    failed(*found, ExitReason::crash(actor.error()));
    if (!alive()) return;
    shard().post([self = self_.ref(), again = found->spec.id] {
      if (Supervisor* const supervisor = self.get()) supervisor->restart(again);
    });
  }
}

std::vector<ChildInfo> Supervisor::which_children() const {
  std::vector<ChildInfo> all;
  all.reserve(children_.size());
  for (const Child& child : children_) {
    all.push_back({.id = child.spec.id,
                   .state = child.state,
                   .ref = child.actor ? child.actor->ref() : ActorRef(),
                   .failures = child.failures,
                   .last_exit = child.last_exit});
  }
  return all;
}

ChildCounts Supervisor::count_children() const {
  const auto in = [&](ChildState state) {
    return static_cast<std::size_t>(std::ranges::count(children_, state, &Child::state));
  };
  return {.specs = children_.size(), .active = in(ChildState::running), .restarting = in(ChildState::restarting)};
}

}  // namespace entmoot
