// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_sleep.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/rooms/actor_versions.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/sleeping_rooms.hpp>

#include <chrono>
#include <string>

namespace entmoot {

using namespace std::chrono_literals;

namespace {
// The time limit of serialize().
constexpr Duration serialize_timeout = 5s;
// How long a room has been idle when its free memory is returned. Touching the pages again costs microseconds.
constexpr Duration trim_idle_after = 5s;
}  // namespace

RoomSleep::RoomSleep(const RoomContext& context, ActorVersions& versions, Listener& listener)
    : context_(context), versions_(versions), listener_(listener) {
  touch();
}

RoomSleep::~RoomSleep() {
  context_.shard.cancel(timer_);
  context_.shard.cancel(trim_timer_);
}

void RoomSleep::touch() {
  last_used_ = context_.shard.clock().now();
  ++uses_;
  if (timer_ == TimerId::none) check_after(versions_.route()->limits.idle_after);
  if (trim_timer_ == TimerId::none) trim_after(trim_idle_after);
}

void RoomSleep::trim_after(Duration delay) {
  trim_timer_ = context_.shard.after(delay, [this] {
    trim_timer_ = TimerId::none;
    const Duration idle = context_.shard.clock().now() - last_used_;
    if (idle < trim_idle_after) return trim_after(trim_idle_after - idle);
    if (versions_.actor()) versions_.actor()->trim();
  });
}

bool RoomSleep::is_possible() const {
  return !serializing_ && !listener_.is_needed() && versions_.actor() && versions_.actor()->alive() &&
         versions_.actor()->calls_pending() == 0 && versions_.actor()->has_released();
}

void RoomSleep::begin_early() {
  if (context_.shard.may_log()) {
    log::warn("room {}: put to sleep early, because the server is short of memory (setting `node.memory`)",
              log::quoted(versions_.topic()));
  }
  begin();
}

void RoomSleep::check_after(Duration delay) {
  timer_ = context_.shard.after(delay, [this] { check(); });
}

void RoomSleep::check() {
  timer_ = TimerId::none;
  const Duration idle_after = versions_.route()->limits.idle_after;
  const Duration idle = context_.shard.clock().now() - last_used_;
  if (listener_.is_needed()) return check_after(idle_after);
  if (idle < idle_after) return check_after(idle_after - idle);
  if (!versions_.actor()) {
    versions_.end_all();  // otherwise a restart that is due now would bring the room back, and nothing ends it again
    return listener_.fell_asleep();
  }
  if (!is_possible()) return touch();
  begin();
}

void RoomSleep::begin() {
  if (listener_.is_durable() && !versions_.route()->exports.has("serialize")) {
    versions_.actor()->save();
    return fall_asleep();
  }
  serializing_ = true;
  Envelope message = entry::serialize();
  message.reply = ReplyTo(context_.shard, [self = self_.ref(), uses = uses_](const Result<JsonText>& state) {
    if (RoomSleep* const sleep = self.get()) sleep->serialized(state, uses);
  });
  message.deadline = context_.shard.clock().now() + serialize_timeout;
  versions_.actor()->ref().mailbox().push(std::move(message));
}

void RoomSleep::serialized(const Result<JsonText>& state, std::uint64_t uses) {
  serializing_ = false;
  if (uses != uses_ || listener_.is_needed() || !versions_.actor()) return touch();
  keep(state);
  fall_asleep();
}

void RoomSleep::fall_asleep() {
  log::debug("room {}: idle, now asleep", log::quoted(versions_.topic()));
  versions_.end_all();
  listener_.fell_asleep();
}

void RoomSleep::keep(const Result<JsonText>& state) {
  if (listener_.is_durable()) {
    if (state) listener_.keep_serialized(*state);
    return versions_.actor()->save();
  }
  const std::string& topic = versions_.topic();
  const std::size_t bytes_max = versions_.route()->limits.state_bytes_max;
  if (!state) {
    if (!context_.shard.may_log()) return;
    log::warn("room {}: put to sleep without its state: serialize() failed: {}", log::quoted(topic),
              log::quoted(state.error().reason));
  } else if (state->view().size() > bytes_max) {
    if (!context_.shard.may_log()) return;
    log::warn("room {}: put to sleep without its state: it has {} bytes, the limit `state` allows {}",
              log::quoted(topic), state->view().size(), bytes_max);
  } else if (state->view() != entry::nothing_to_keep) {
    context_.sleeping.put(topic, *state);
  }
}

}  // namespace entmoot
