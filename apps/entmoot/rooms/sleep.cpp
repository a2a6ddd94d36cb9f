// SPDX-License-Identifier: MIT

#include "sleep.hpp"

#include "editions.hpp"
#include "rooms.hpp"

#include <entmoot/base/log.hpp>

#include <chrono>
#include <string_view>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {
// How long a room may take to say what it has to keep.
constexpr Duration serialize_timeout = 5s;
// What js/room.js has to keep when there is nothing.
constexpr std::string_view nothing_to_keep = R"({"state":null,"clients":[],"history":[],"presence":false})";
}  // namespace

Sleep::Sleep(Home& home, Editions& editions, UniqueFunction<bool()> is_needed, UniqueFunction<void()> asleep)
    : home_(home),
      editions_(editions),
      is_needed_(std::move(is_needed)),
      asleep_(std::move(asleep)),
      self_(std::make_shared<Sleep*>(this)) {
  touch();
}

Sleep::~Sleep() {
  *self_ = nullptr;
  home_.shard.cancel(timer_);
}

void Sleep::touch() {
  last_used_ = home_.shard.clock().now();
  ++uses_;
  if (timer_ == TimerId::none) look_after(editions_.route()->limits.idle_after);
}

void Sleep::look_after(Duration delay) {
  timer_ = home_.shard.after(delay, [this] { look(); });
}

void Sleep::look() {
  timer_ = TimerId::none;
  const Duration enough = editions_.route()->limits.idle_after;
  const Duration idle = home_.shard.clock().now() - last_used_;
  if (is_needed_()) return look_after(enough);
  if (idle < enough) return look_after(enough - idle);
  if (!editions_.actor()) return asleep_();
  if (editions_.actor()->calls_pending() > 0) return touch();
  editions_.actor()->ref().mailbox().push(
      {.name = "entmoot:serialize",
       .reply = ReplyTo(home_.shard,
                        [self = self_, uses = uses_](const Result<JsonText>& snapshot) {
                          if (*self) (*self)->told(snapshot, uses);
                        }),
       .deadline = home_.shard.clock().now() + serialize_timeout});
}

void Sleep::told(const Result<JsonText>& snapshot, std::uint64_t uses) {
  if (uses != uses_ || is_needed_() || !editions_.actor()) return touch();
  keep(snapshot);
  log::debug("room {} sleeps", log::quoted(editions_.topic()));
  editions_.end_all();
  asleep_();
}

void Sleep::keep(const Result<JsonText>& snapshot) {
  const std::string& topic = editions_.topic();
  const std::size_t bytes_max = editions_.route()->limits.state_bytes_max;
  if (!snapshot) {
    log::warn("room {} goes to sleep without its state: {}", log::quoted(topic), log::quoted(snapshot.error().reason));
  } else if (snapshot->view().size() > bytes_max) {
    log::warn("room {} goes to sleep without its state: {} bytes are more than the limit `state` allows ({})",
              log::quoted(topic), snapshot->view().size(), bytes_max);
  } else if (snapshot->view() != nothing_to_keep) {
    home_.sleeping.put(topic, *snapshot);
  }
}

}  // namespace entmoot_app
