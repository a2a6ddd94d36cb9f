// SPDX-License-Identifier: MIT

#include "room.hpp"

#include "app.hpp"
#include "room_handlers.hpp"
#include "rooms.hpp"
#include "wire.hpp"

#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {
// How long a room may take for a message of our own: to take its state up again.
constexpr Duration own_timeout = 5s;
// A leave that found the mailbox full is tried again after so long.
constexpr Duration leave_again_after = 100ms;
}  // namespace

Room::Room(Home& home, std::string topic, std::shared_ptr<const Route> route, NodeCounts::Place place)
    : home_(home),
      place_(std::move(place)),
      self_(std::make_shared<Room*>(this)),
      log_(std::make_shared<RoomLog>(topic, route->limits.budget.log_lines_max)),
      members_(home.ground, topic, log_),
      editions_(home, std::move(topic), std::move(route), *this),
      sleep_(
          home, editions_, [this] { return !members_.empty() || reload_; }, [this] { home_.all.forget_later(*this); }) {
  members_.intercept(this->route().exports.intercept);
}

Room::~Room() { *self_ = nullptr; }

// --- messages

Envelope Room::envelope(std::string function, JsonText args, UniqueFunction<void(Room&, Result<JsonText>)> then) {
  return {.name = std::move(function),
          .args = std::move(args),
          .reply = ReplyTo(home_.shard,
                           [self = self_, then = std::move(then)](Result<JsonText> result) mutable {
                             if (*self) then(**self, std::move(result));
                           }),
          .deadline = home_.shard.clock().now() + own_timeout};
}

void Room::call(std::string function, JsonText args, ReplyTo reply) {
  sleep_.touch();
  send(Envelope{.name = std::move(function),
                .args = std::move(args),
                .reply = std::move(reply),
                .deadline = home_.shard.clock().now() + route().limits.reply_timeout});
}

void Room::hand_out(Outgoing message) {
  sleep_.touch();
  send(std::move(message));
}

void Room::tell_when_passed(ReplyTo reply) { send(AllPassed{std::move(reply)}); }

void Room::send(Mail mail) {
  if (reload_) return reload_->hold(std::move(mail));
  std::visit([this](auto& message) { take(std::move(message)); }, mail);
}

void Room::take(Outgoing message) {
  if (!route().exports.intercepts(message.event)) return members_.pass_on(message);
  take(Envelope{.name = "entmoot:out",
                .args = event_args(message.client, message.event, message.payload),
                .deadline = home_.shard.clock().now() + route().limits.reply_timeout});
}

/// What the old actor had to hand out it has handed out before it told its state; everything else has just been taken.
void Room::take(AllPassed waits) { std::move(waits.reply)(JsonText()); }

void Room::take(Envelope message) {
  const auto actor = editions_.ensure_started();
  if (!actor) return std::move(message.reply)(actor.error());
  if (message.name == "entmoot:join") message.reply = of_this_code(std::move(message.reply));
  actor->mailbox().push(std::move(message));
}

/// Who was let in by code that has been replaced meanwhile is in a room that nobody else is in.
ReplyTo Room::of_this_code(ReplyTo reply) const {
  return ReplyTo([self = self_, edition = editions_.name(), reply = std::move(reply)](Result<JsonText> result) mutable {
    if (result && *self && (*self)->editions_.name() != edition) result = fail("the room has new code, join again");
    std::move(reply)(std::move(result));
  });
}

void Room::join(Guest guest, JsonText args, ReplyTo reply) {
  if (members_.size() >= route().limits.clients_max) {
    return std::move(reply)(fail(fmt::format("the room is full ({} clients)", members_.size())));
  }
  reply = members_.admitting(guest.id, std::move(reply));
  members_.add(std::move(guest));
  call("entmoot:join", std::move(args), std::move(reply));
}

void Room::leave(const std::string& id, std::string_view reason) {
  if (!members_.remove(id)) return;
  sleep_.touch();
  leave_again(id, std::string(reason));
}

/// Tells the script, unless there is none: a room without an actor knows of no client.
void Room::leave_again(std::string id, std::string reason) {
  if (!editions_.actor()) return;
  std::string args = "[";
  append_json_string(args, id);
  args += ',';
  append_json_string(args, reason);
  args += ']';
  Envelope message = envelope("entmoot:leave", JsonText::trusted(args),
                              [id = std::move(id), reason = std::move(reason)](Room& room, Result<JsonText> result) {
                                if (result || result.error().reason != "overloaded") return;
                                room.home_.shard.after(leave_again_after, [self = room.self_, id, reason] {
                                  if (*self) (*self)->leave_again(id, reason);
                                });
                              });
  message.deadline = TimePoint::max();
  send(std::move(message));
}

// --- the actor

std::unique_ptr<JsServer> Room::make_actor(const Route& route) {
  return std::make_unique<JsServer>(home_.shard, home_.js,
                                    JsServerOptions{.name = topic(),
                                                    .program = route.program,
                                                    .handlers = room_handlers(home_, *this, members_),
                                                    .budget = route.limits.budget});
}

void Room::actor_started(JsServer& actor) {
  if (reload_) return;
  const auto state = home_.sleeping.take(topic());
  if (!state) return;
  actor.ref().mailbox().push(envelope("entmoot:restore", JsonText::trusted(fmt::format("[{}]", state->view())),
                                      [](Room& room, const Result<JsonText>& restored) {
                                        if (restored) return;
                                        room.last_trouble_ = "restore: " + restored.error().reason;
                                        log::error("room {} could not take up its state again and begins anew: {}",
                                                   log::quoted(room.topic()), log::quoted(restored.error().reason));
                                      }));
}

void Room::actor_ended(const ExitReason& reason) {
  ++failures_;
  last_trouble_ = reason.what;
  lose(reason.what);
}

void Room::kill(const std::string& why) {
  last_trouble_ = why;
  editions_.end_all({ExitReason::Kind::killed, why});
  lose(why);
  home_.all.forget_later(*this);
}

void Room::kill_later(std::string why) {
  home_.shard.post([self = self_, why = std::move(why)] {
    if (*self) (*self)->kill(why);
  });
}

/// There is no actor any more, and nothing to reload: a fresh room runs the newest code.
void Room::lose(const std::string& why) {
  if (const auto ended = std::exchange(reload_, nullptr)) {
    use(ended->newest());
    for (Mail& mail : ended->take_held()) refuse(std::move(mail), why);
  }
  members_.dismiss_everybody();
}

// --- other code

/// There is no actor: the next one runs it.
void Room::use(std::shared_ptr<const Route> route) {
  members_.intercept(route->exports.intercept);
  editions_.use(std::move(route));
}

void Room::reload(std::shared_ptr<const Route> next) {
  if (reload_) {
    reload_->follow_with(std::move(next));
  } else if (!editions_.actor()) {
    use(std::move(next));
  } else {
    reload_ = std::make_unique<Reload>(editions_, members_, std::move(next),
                                       [this](const Reload::Over& over) { reload_is_over(over); });
  }
}

void Room::reload_is_over(const Reload::Over& over) {
  switch (over.outcome) {
    case Reload::Outcome::went_over:
      log::info("room {} goes on in new code", log::quoted(topic()));
      last_trouble_.clear();
      return resume();
    case Reload::Outcome::stayed:
      log::error("room {} stays with the code it has: {}", log::quoted(topic()), log::quoted(over.why));
      last_trouble_ = "reload: " + over.why;
      return resume();
    case Reload::Outcome::lost: last_trouble_ = "reload: " + over.why; return lose(over.why);
  }
}

/// Behind a reload: what was held, and the next one, if somebody has asked for it.
void Room::resume() {
  const auto done = std::exchange(reload_, nullptr);
  for (Mail& mail : done->take_held()) send(std::move(mail));
  if (done->following()) reload(done->following());
}

// --- who looks in

RoomInfo Room::info() const {
  RoomInfo info{.topic = topic(),
                .file = route().file,
                .child = editions_.name(),
                .clients = members_.size(),
                .failures = failures_,
                .last_trouble = last_trouble_};
  if (reload_) info.state = "reloading";
  if (editions_.actor()) info.usage = editions_.actor()->usage();
  return info;
}

}  // namespace entmoot_app
