// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_reload.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/rooms/actor_versions.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/room_members.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace entmoot {

using namespace std::chrono_literals;

namespace {

// The time limit of serialize() and restore().
constexpr Duration step_timeout = 5s;
// The interval and number of retries when the actor's mailbox is full.
constexpr Duration retry_after = 100ms;
constexpr int attempts_max = 50;

std::vector<std::string> both(std::vector<std::string> events, const std::vector<std::string>& others) {
  for (const auto& event : others) {
    if (std::ranges::find(events, event) == events.end()) events.push_back(event);
  }
  return events;
}

/// `error` with its reason prefixed by the function that failed.
Error in(std::string_view function, Error error) {
  error.reason = fmt::format("{}: {}", function, error.reason);
  return error;
}

}  // namespace

RoomReload::RoomReload(ActorVersions& versions, RoomMembers& members, std::shared_ptr<const RoomRoute> next,
                       Listener& listener)
    : versions_(versions),
      members_(members),
      next_(std::move(next)),
      listener_(listener),
      state_(Serializing{0}),
      held_bytes_(members.account()) {
  // A change by an interval after the state was serialized would be lost, and the new code would run the interval
  // again.
  versions_.actor()->pause_intervals(true);
  serialize();
}

void RoomReload::hold(RoomMessage message) {
  const MailboxLimits& most = versions_.route()->limits.budget.mailbox;
  const std::size_t bytes = size_of(message);
  const bool fits = held_.size() < most.messages_max && held_bytes_.bytes() + bytes <= most.bytes_max;
  if (!fits || !held_bytes_.add(bytes)) return refuse(std::move(message), fail(ErrorCode::overloaded, "overloaded"));
  held_.push_back(std::move(message));
}

Envelope RoomReload::then(Envelope envelope, Step next) {
  Shard& shard = versions_.shard();
  envelope.reply = ReplyTo(shard, [self = self_.ref(), next](const Result<JsonText>& result) {
    RoomReload* const reload = self.get();
    if (!reload) return;
    (reload->*next)(result);
    const auto* ended = std::get_if<Ended>(&reload->state_);
    if (ended) reload->listener_.reload_ended(Ended(*ended));  // the last step: the room releases the reload
  });
  envelope.deadline = shard.clock().now() + step_timeout;
  return envelope;
}

void RoomReload::serialize() {
  ++std::get<Serializing>(state_).attempts;
  versions_.actor()->ref().mailbox().push(then(entry::serialize(), &RoomReload::serialized));
}

/// Starts the new actor beside the old one and sends it the state.
void RoomReload::serialized(const Result<JsonText>& state) {
  if (!versions_.actor()->alive()) return;  // its end is reported to the room next, which handles it
  if (!state && state.error().code == ErrorCode::overloaded && std::get<Serializing>(state_).attempts < attempts_max) {
    versions_.shard().after(retry_after, [self = self_.ref()] {
      if (RoomReload* const reload = self.get()) reload->serialize();
    });
    return;
  }
  if (!state) return roll_back(in("serialize", state.error()));
  if (state->view().size() > next_->limits.state_bytes_max) {
    return roll_back(
        fail(ErrorCode::limit, fmt::format("serialize: the state has {} bytes, the limit `state` allows {}",
                                           state->view().size(), next_->limits.state_bytes_max)));
  }
  state_ = Restoring{};
  members_.intercept(both(versions_.route()->exports.intercept, next_->exports.intercept));
  versions_.begin(next_);
  const auto started = versions_.ensure_started();
  if (!started) return restored(started.error());
  // An exiting actor answers before its end is reported, so a failed start is handled here first.
  started->mailbox().push(then(entry::restore(*state), &RoomReload::restored));
}

void RoomReload::roll_back(Error why) {
  versions_.actor()->pause_intervals(false);
  state_ = Ended{Outcome::rolled_back, std::move(why)};
}

void RoomReload::restored(const Result<JsonText>& result) {
  ENTMOOT_CHECK(std::holds_alternative<Restoring>(state_), "a restore is answered in the state Restoring");
  if (!result) {
    const bool continues = versions_.roll_back();
    members_.intercept(versions_.route()->exports.intercept);
    if (continues) return roll_back(result.error());
    state_ = Ended{Outcome::lost, result.error()};
    return;
  }
  if (result->view() == "false" && versions_.shard().may_log()) {
    log::warn("room {}: state lost in the reload: {} does not export serialize() and restore()",
              log::quoted(versions_.topic()), log::quoted(next_->file));
  }
  members_.intercept(next_->exports.intercept);
  versions_.retire_previous();
  state_ = Ended{Outcome::reloaded};
}

}  // namespace entmoot
