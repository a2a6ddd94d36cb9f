// SPDX-License-Identifier: MIT

#include "reload.hpp"

#include "editions.hpp"
#include "members.hpp"

#include <entmoot/base/check.hpp>
#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {
// How long a room may take to say what it has to keep, and to take it up again.
constexpr Duration step_timeout = 5s;
// An actor whose mailbox was full is asked again after so long, this often.
constexpr Duration ask_again_after = 100ms;
constexpr int attempts_max = 50;

std::vector<std::string> either(std::vector<std::string> events, const std::vector<std::string>& others) {
  for (const auto& event : others) {
    if (std::ranges::find(events, event) == events.end()) events.push_back(event);
  }
  return events;
}
}  // namespace

Reload::Reload(Editions& editions, Members& members, std::shared_ptr<const Route> next,
               UniqueFunction<void(const Over&)> when_over)
    : editions_(editions),
      members_(members),
      next_(std::move(next)),
      when_over_(std::move(when_over)),
      self_(std::make_shared<Reload*>(this)),
      state_(Asking{0}) {
  // What a tick changes while the state is told, or behind it, would be lost, and the new code would tick it again.
  editions_.actor()->pause_intervals(true);
  ask();
}

Reload::~Reload() { *self_ = nullptr; }

void Reload::hold(Mail mail) {
  const std::size_t most = editions_.route()->limits.budget.mailbox.messages_max;
  if (held_.size() >= most) return refuse(std::move(mail), "overloaded");
  held_.push_back(std::move(mail));
}

Envelope Reload::message(std::string function, JsonText args, Step next) {
  Shard& shard = editions_.shard();
  return {.name = std::move(function),
          .args = std::move(args),
          .reply = ReplyTo(shard,
                           [self = self_, next](const Result<JsonText>& result) {
                             if (!*self) return;
                             Reload& reload = **self;
                             (reload.*next)(result);
                             const auto* over = std::get_if<Over>(&reload.state_);
                             if (!over) return;
                             auto tell = std::move(reload.when_over_);
                             tell(Over(*over));  // the last that is done here: the room lets go of the reload
                           }),
          .deadline = shard.clock().now() + step_timeout};
}

void Reload::ask() {
  ++std::get<Asking>(state_).attempts;
  editions_.actor()->ref().mailbox().push(
      message("entmoot:serialize", JsonText::trusted(std::string_view("[]")), &Reload::told));
}

/// The old actor has said what is to be kept. The new one is started beside it and takes that up.
void Reload::told(const Result<JsonText>& snapshot) {
  if (!editions_.actor()->alive()) return;  // what comes of that the room decides: it is told next
  const int attempts = std::get<Asking>(state_).attempts;
  if (!snapshot && snapshot.error().reason == "overloaded" && attempts < attempts_max) {
    editions_.shard().after(ask_again_after, [self = self_] {
      if (*self) (*self)->ask();
    });
    return;
  }
  if (!snapshot) return stay("serialize: " + snapshot.error().reason);
  if (snapshot->view().size() > next_->limits.state_bytes_max) {
    return stay(fmt::format("serialize: {} bytes are more than the limit `state` allows ({})", snapshot->view().size(),
                            next_->limits.state_bytes_max));
  }
  state_ = Restoring{};
  members_.intercept(either(editions_.route()->exports.intercept, next_->exports.intercept));
  editions_.open(next_);
  const auto started = editions_.ensure_started();
  if (!started) return restored(started.error());
  // An actor that ends answers before its end is told: so this is the first to know that it could not start.
  started->mailbox().push(
      message("entmoot:restore", JsonText::trusted(fmt::format("[{}]", snapshot->view())), &Reload::restored));
}

/// The old edition has the room, and all of it.
void Reload::stay(std::string why) {
  editions_.actor()->pause_intervals(false);
  state_ = Over{Outcome::stayed, std::move(why)};
}

void Reload::restored(const Result<JsonText>& result) {
  ENTMOOT_CHECK(std::holds_alternative<Restoring>(state_), "a reload takes one step at a time");
  if (!result) {
    const bool stays = editions_.put_back();
    members_.intercept(editions_.route()->exports.intercept);
    if (stays) return stay(result.error().reason);
    state_ = Over{Outcome::lost, result.error().reason};
    return;
  }
  if (result->view() == "false") {
    log::warn("room {}: its state is gone, {} has no serialize() and restore()", log::quoted(editions_.topic()),
              log::quoted(next_->file));
  }
  members_.intercept(next_->exports.intercept);
  editions_.retire_old();
  state_ = Over{Outcome::went_over};
}

}  // namespace entmoot_app
