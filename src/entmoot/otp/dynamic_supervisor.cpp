// SPDX-License-Identifier: MIT

#include <entmoot/otp/dynamic_supervisor.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace entmoot {

struct DynamicSupervisor::Child {
  const ChildSpec spec;
  RestartHistory history;
  ChildState state = ChildState::starting;
  std::unique_ptr<Actor> actor = nullptr;
  ExitReason last_exit = {};
  TimePoint due = {};                 // of the next start
  TimerId timer = TimerId::none;      // of the next start
  bool terminated_meanwhile = false;  // terminated while `start` is on the call stack: forgotten when it returns
};

DynamicSupervisor::DynamicSupervisor(Shard& shard, DynamicSupervisorOptions options)
    : shard_(shard), options_(std::move(options)), random_(options_.seed), ended_(shard) {}

DynamicSupervisor::~DynamicSupervisor() {
  Shard::Scope scope(shard_);
  stop();
}

Result<ActorRef> DynamicSupervisor::start_child(ChildSpec spec) {
  shard_.assert_here();
  if (stopped_) return fail(ErrorCode::unavailable, "shutdown");
  if (auto known = find(spec.id)) return *std::move(known);
  if (children_.size() >= options_.max_children) return fail(ErrorCode::limit, "max_children");
  std::string id = spec.id;
  Child& child =
      *children_
           .emplace(std::move(id), std::make_unique<Child>(
                                       Child{.spec = std::move(spec), .history = RestartHistory(options_.backoff)}))
           .first->second;
  ++counts_.restarting;  // it is starting
  auto started = start(child.spec, shard_);
  if (started && *started && !child.terminated_meanwhile) return adopt(child, *std::move(started));
  Error why = !started ? started.error() : fail(ErrorCode::unavailable, *started ? "shutdown" : "ignore");
  if (started) ended_.destroy(*std::move(started));
  forget(child);
  return why;
}

Result<void> DynamicSupervisor::terminate_child(std::string_view id, ExitReason reason) {
  shard_.assert_here();
  const auto found = children_.find(id);
  if (found == children_.end()) return fail(ErrorCode::not_found, "not_found");
  Child& child = *found->second;
  if (child.state == ChildState::starting) {
    child.terminated_meanwhile = true;
  } else {
    if (child.actor) child.actor->exit(std::move(reason));
    forget(child);
  }
  return {};
}

void DynamicSupervisor::stop() {
  shard_.assert_here();
  stopped_ = true;
  std::vector<std::string> ids;
  for (const auto& [id, child] : children_) ids.push_back(id);
  for (const auto& id : ids) (void)terminate_child(id);  // not_found: the exit of another child has ended it already
}

/// The running child, or the error for a child that is not running; nullopt if there is no such child.
std::optional<Result<ActorRef>> DynamicSupervisor::find(std::string_view id) {
  shard_.assert_here();
  auto found = children_.find(id);
  if (found != children_.end() && found->second->actor && !found->second->actor->alive()) {
    settle(*found->second);  // its monitor has not been called yet
    found = children_.find(id);
  }
  if (found == children_.end()) return std::nullopt;
  const Child& child = *found->second;
  if (child.state == ChildState::running) return child.actor->ref();
  return refusal(child);
}

Error DynamicSupervisor::refusal(const Child& child) const {
  if (child.state == ChildState::starting)
    return fail(ErrorCode::unavailable, fmt::format("{} is starting", options_.noun));
  const auto left = std::chrono::ceil<std::chrono::seconds>(child.due - shard_.clock().now());
  return fail(ErrorCode::unavailable,
              fmt::format("{} is {}, try again in {} s", options_.noun, to_string(child.state),
                          std::max<std::int64_t>(1, left.count())),
              child.last_exit.why.reason);
}

/// Handles the exit of the child's actor.
void DynamicSupervisor::settle(Child& child) {
  const std::optional<ExitReason>& exit = child.actor->exit_reason();
  ENTMOOT_CHECK(exit.has_value(), "the actor has exited");
  const ExitReason reason = *exit;
  ended_.destroy(std::move(child.actor));
  if (verdict(child.spec.restart, reason) == Verdict::forget) return forget(child);
  failed(child, reason);
  if (child.state == ChildState::restarting)
    restart(child);  // at once, not by the timer: a caller of find() gets the new actor
}

/// Decides when the child is restarted and sets the timer, also for an immediate restart: a start that fails must not
/// be retried in the same step.
void DynamicSupervisor::failed(Child& child, ExitReason reason) {
  const double random = std::generate_canonical<double, 32>(random_);
  const Decision decision = child.history.failed(shard_.clock().now(), random, child.spec.intensity);
  if (shard_.may_log()) {
    log::warn("{} {} ended: {}; restarting {}", options_.noun, log::quoted(child.spec.id),
              log::quoted(reason.why.reason),
              decision.delay == Duration::zero()
                  ? std::string("now")
                  : fmt::format("in {:.1f} s", std::chrono::duration<double>(decision.delay).count()));
  }
  child.last_exit = std::move(reason);
  set_state(child, decision.quarantined ? ChildState::quarantined : ChildState::restarting);
  restart_later(child, decision.delay);
}

void DynamicSupervisor::restart_later(Child& child, Duration delay) {
  child.due = shard_.clock().now() + delay;
  child.timer =
      shard_.after(delay, [this, &child] { restart(child); });  // cancelled before `this` or `child` is destroyed
}

void DynamicSupervisor::restart(Child& child) {
  shard_.cancel(std::exchange(child.timer, TimerId::none));
  set_state(child, ChildState::starting);
  auto started = start(child.spec, shard_);
  if (child.terminated_meanwhile || (started && !*started)) {
    if (started) ended_.destroy(*std::move(started));
    return forget(child);
  }
  if (started) {
    adopt(child, *std::move(started));
  } else {
    failed(child, ExitReason::crash(started.error()));
  }
}

ActorRef DynamicSupervisor::adopt(Child& child, std::unique_ptr<Actor> actor) {
  child.history.started(shard_.clock().now());
  set_state(child, ChildState::running);
  child.actor = std::move(actor);
  child.actor->monitor([self = self_.ref(), id = child.spec.id, ref = child.actor->ref()](const ExitReason&) {
    DynamicSupervisor* const supervisor = self.get();
    if (!supervisor) return;
    const auto found = supervisor->children_.find(id);
    if (found == supervisor->children_.end()) return;
    Child& ended = *found->second;
    if (ended.actor && ended.actor->ref() == ref) supervisor->settle(ended);  // otherwise already settled
  });
  return child.actor->ref();
}

namespace {
/// The count of the children in `state`; null: they are not counted.
std::size_t* count_of(ChildCounts& counts, ChildState state) noexcept {
  switch (state) {
    case ChildState::running: return &counts.active;
    case ChildState::starting:
    case ChildState::restarting: return &counts.restarting;
    case ChildState::quarantined: return &counts.quarantined;
    case ChildState::ended: return nullptr;
  }
  return nullptr;
}
}  // namespace

void DynamicSupervisor::set_state(Child& child, ChildState state) noexcept {
  if (auto* before = count_of(counts_, child.state)) --*before;
  child.state = state;
  if (auto* now = count_of(counts_, state)) ++*now;
}

void DynamicSupervisor::forget(Child& child) {
  set_state(child, ChildState::ended);
  shard_.cancel(child.timer);
  auto node = children_.extract(child.spec.id);
  ended_.destroy(std::move(child.actor));
}

std::vector<ChildInfo> DynamicSupervisor::which_children() const {
  shard_.assert_here();
  std::vector<ChildInfo> all;
  all.reserve(children_.size());
  const TimePoint now = shard_.clock().now();
  for (const auto& [id, child] : children_) {
    const bool waits = child->state == ChildState::restarting || child->state == ChildState::quarantined;
    all.push_back({.id = id,
                   .state = child->state,
                   .ref = child->actor ? child->actor->ref() : ActorRef(),
                   .failures = child->history.failures(),
                   .last_exit = child->last_exit,
                   .time_left = waits ? std::max(Duration::zero(), child->due - now) : Duration::zero()});
  }
  return all;
}

std::optional<std::string_view> DynamicSupervisor::state_of(std::string_view id) const {
  shard_.assert_here();
  const auto found = children_.find(id);
  if (found == children_.end()) return std::nullopt;
  return to_string(found->second->state);
}

ChildCounts DynamicSupervisor::count_children() const {
  shard_.assert_here();
  ChildCounts counts = counts_;
  counts.specs = children_.size();
  return counts;
}

}  // namespace entmoot
