// SPDX-License-Identifier: MIT

#include "room.hpp"

#include "app.hpp"
#include "rooms.hpp"
#include "wire.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/web/offer_fetch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {
// How long a room may take to say what it has to keep, and to take it up again.
constexpr Duration serialize_timeout = 5s;
// A leave that found the mailbox full is tried again after so long.
constexpr Duration leave_again_after = 100ms;
// So does a reload that found it full, this often: it drains, for new messages are held.
constexpr Duration serialize_again_after = 100ms;
constexpr int serialize_attempts = 50;
// How often it is looked whether code that has been replaced has given the answers that it owes.
constexpr Duration look_for_answers_every = 50ms;
// What js/room.js has to keep when there is nothing.
constexpr std::string_view nothing_to_keep = R"({"state":null,"clients":[],"history":[],"presence":false})";
}  // namespace

Room::Room(Home& home, std::string topic, std::shared_ptr<const Route> route, NodeCounts::Place place)
    : home_(home),
      topic_(std::move(topic)),
      place_(std::move(place)),
      route_(std::move(route)),
      self_(std::make_shared<Room*>(this)),
      members_(home.ground, topic_) {
  touch();
}

Room::~Room() {
  *self_ = nullptr;
  home_.shard.cancel(idle_timer_);
  end_actors(ExitReason::shutdown());
}

// --- messages

Envelope Room::envelope(std::string function, JsonText args, UniqueFunction<void(Room&, Result<JsonText>)> then) {
  return {.name = std::move(function),
          .args = std::move(args),
          .reply = ReplyTo(home_.shard,
                           [self = self_, then = std::move(then)](Result<JsonText> result) mutable {
                             if (*self) then(**self, std::move(result));
                           }),
          .deadline = home_.shard.clock().now() + serialize_timeout};
}

void Room::call(std::string function, JsonText args, ReplyTo reply) {
  touch();
  send({.name = std::move(function),
        .args = std::move(args),
        .reply = std::move(reply),
        .deadline = home_.shard.clock().now() + route_->limits.reply_timeout});
}

void Room::send(Envelope envelope) {
  if (reload_) {
    if (reload_->held.size() >= route_->limits.budget.mailbox.messages_max) {
      return std::move(envelope.reply)(fail("overloaded"));
    }
    reload_->held.push_back(std::move(envelope));
    return;
  }
  const auto actor = ensure_started();
  if (!actor) return std::move(envelope.reply)(actor.error());
  if (envelope.name == "entmoot:join") envelope.reply = of_this_code(std::move(envelope.reply));
  actor->mailbox().push(std::move(envelope));
}

/// Who was let in by code that has been replaced meanwhile is in a room that nobody else is in.
ReplyTo Room::of_this_code(ReplyTo reply) const {
  return ReplyTo([self = self_, generation = generation_, reply = std::move(reply)](Result<JsonText> result) mutable {
    if (result && *self && (*self)->generation_ != generation) result = fail("the room has new code, join again");
    std::move(reply)(std::move(result));
  });
}

void Room::join(Guest guest, JsonText args, ReplyTo reply) {
  if (members_.size() >= route_->limits.clients_max) {
    return std::move(reply)(fail(fmt::format("the room is full ({} clients)", members_.size())));
  }
  members_.add(std::move(guest));
  call("entmoot:join", std::move(args), std::move(reply));
}

void Room::leave(const std::string& id, std::string_view reason) {
  if (!members_.remove(id)) return;
  touch();
  leave_again(id, std::string(reason));
}

/// Tells the script, unless there is none: a room without an actor knows of no client.
void Room::leave_again(std::string id, std::string reason) {
  if (!actor_) return;
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

std::string Room::child_id() const { return fmt::format("{}#{}", topic_, generation_); }

Result<ActorRef> Room::ensure_started() {
  if (actor_) return actor_->ref();
  return home_.supervisor.ensure_started(child_id(), [this](std::string_view id) {
    return ChildSpec{.id = std::string(id),
                     .start = [self = self_, child = std::string(id)](Shard& shard) -> Result<std::unique_ptr<Actor>> {
                       if (!*self) return fail("the room is gone");
                       return (*self)->start(shard, child);
                     },
                     .restart = Restart::transient,
                     .intensity = home_.app->config.node.restarts};
  });
}

Result<std::unique_ptr<Actor>> Room::start(Shard& shard, std::string_view child) {
  if (child != child_id()) return fail("its code has been replaced");
  auto actor = std::make_unique<JsServer>(
      shard, home_.js,
      JsServerOptions{
          .name = topic_, .program = route_->program, .handlers = handlers(), .budget = route_->limits.budget});
  if (auto registered = home_.ground.registry.register_name(topic_, *actor); !registered) {
    return registered.error().error();
  }
  actor->monitor([self = self_, child = std::string(child), which = actor.get()](const ExitReason& reason) {
    if (*self) (*self)->ended(child, which, reason);
  });
  actor_ = actor.get();
  if (reload_) return actor;
  if (auto state = home_.sleeping.take(topic_)) {
    actor->ref().mailbox().push(envelope("entmoot:restore", JsonText::trusted(fmt::format("[{}]", state->view())),
                                         [](Room& room, const Result<JsonText>& restored) {
                                           if (restored) return;
                                           room.last_trouble_ = "restore: " + restored.error().reason;
                                           log::error("room {} could not take up its state again and begins anew: {}",
                                                      log::quoted(room.topic_), log::quoted(restored.error().reason));
                                         }));
  }
  return actor;
}

void Room::ended(const std::string& child, const JsServer* actor, const ExitReason& reason) {
  if (reload_ && reload_->old && reload_->old->actor == actor) reload_->old->actor = nullptr;
  if (actor != actor_) return end_replaced(child);
  actor_ = nullptr;
  if (!reason.abnormal()) return;
  ++failures_;
  last_trouble_ = reason.what;
  refuse_held(reason.what);  // of a reload that was about to ask for its state
  members_.dismiss_everybody();
}

/// The actor of code that has been replaced has ended, or has to: it is not started again.
void Room::end_replaced(std::string_view child) {
  if (child == child_id()) return;
  (void)home_.supervisor.terminate_child(child);
  std::erase_if(replaced_, [child](const Replaced& replaced) { return replaced.child == child; });
}

void Room::end_when_answered(const std::string& child, TimePoint at_the_latest) {
  home_.shard.after(look_for_answers_every, [self = self_, child, at_the_latest] {
    if (!*self) return;
    Room& room = **self;
    const auto found = std::ranges::find(room.replaced_, child, &Replaced::child);
    if (found == room.replaced_.end()) return;
    const bool owes = found->actor->calls_pending() > 0 && room.home_.shard.clock().now() < at_the_latest;
    if (owes) return room.end_when_answered(child, at_the_latest);
    room.end_replaced(child);
  });
}

void Room::end_actors(const ExitReason& reason) {
  (void)home_.supervisor.terminate_child(child_id(), reason);
  actor_ = nullptr;
  if (reload_ && reload_->old) (void)home_.supervisor.terminate_child(reload_->old->child, reason);
  for (const auto& replaced : std::exchange(replaced_, {})) {
    (void)home_.supervisor.terminate_child(replaced.child, reason);
  }
}

void Room::kill(std::string why) {
  last_trouble_ = why;
  end_actors({ExitReason::Kind::killed, why});
  refuse_held(why);
  members_.dismiss_everybody();
  home_.all.forget_later(*this);
}

// --- what the script asks for

Handlers Room::handlers() {
  const App& app = *home_.app;
  Handlers handlers;
  handlers.on_emit([this](std::string_view operation, std::string_view target, std::string_view name,
                          std::string_view payload) { return emit(operation, target, name, payload); });
  handlers.on("entmoot:room", [this](const JsonText&) -> Result<JsonText> {
    const HistoryLimits& history = route_->limits.history;
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(history.age_max).count();
    return JsonText::of({{"topic", topic_},
                         {"id", std::string(route_->id_of(topic_))},
                         {"history",
                          {{"entries", history.entries_max},
                           {"bytes", history.bytes_max},
                           {"age", age},
                           {"replay", history.replay_max}}}});
  });
  handlers.on("entmoot:presence",
              [this](const JsonText&) -> Result<JsonText> { return home_.ground.presence.list(topic_); });
  offer_fetch(handlers, *home_.fetcher);
  for (const auto& channel : app.config.broadcast_channels) {
    handlers.on_channel(channel.first, [this, event = channel.second](const JsonText& message) -> Result<void> {
      return members_.broadcast(event, message.view());
    });
  }
  const auto is_allowed = [&](std::string_view name) { return std::ranges::count(app.config.handlers, name) > 0; };
  if (is_allowed("broadcast")) {
    handlers.on("broadcast", [this](const JsonText& args) -> Result<JsonText> {
      const auto messages = elements_of(args);
      if (!messages) return messages.error();
      if (messages->size() != 1) return fail("broadcast takes one message");
      if (auto sent = members_.broadcast("new_message", messages->front()); !sent) return sent.error();
      return JsonText();
    });
  }
  if (is_allowed("send")) {
    handlers.on("send", [this](const JsonText& args) -> Result<JsonText> {
      const auto parts = elements_of(args);
      if (!parts) return parts.error();
      const auto topic = parts->size() == 2 ? parse_json(parts->front()) : Result<Json>(Json());
      if (!topic || !topic->is_string()) return fail("send takes a room's topic and a message");
      if (auto sent = emit("send", std::string(topic->as_string()), "", (*parts)[1]); !sent) return sent.error();
      return JsonText();
    });
  }
  return handlers;
}

Result<void> Room::emit(std::string_view operation, std::string_view target, std::string_view name,
                        std::string_view payload) {
  if (operation == "broadcast") return members_.broadcast(name, payload, target);
  if (operation == "send") {
    Effects::release_or_hold([this, self = self_, topic = std::string(target),
                              args = JsonText::trusted(fmt::format("[{}]", payload))]() mutable {
      if (!*self) return;
      home_.all.call(topic, "entmoot:info", std::move(args),
                     ReplyTo([from = topic_, topic](const Result<JsonText>& result) {
                       if (result) return;
                       log::warn("room {}: what it sent to {} was not taken: {}", log::quoted(from), log::quoted(topic),
                                 log::quoted(result.error().reason));
                     }));
    });
    return {};
  }
  if (operation == "stop") {
    Effects::release_or_hold([self = self_, shard = &home_.shard, why = std::string(name)] {
      shard->post([self, why] {
        if (*self) (*self)->kill(why);
      });
    });
    return {};
  }

  return members_.emit(operation, target, name, payload);
}

// --- other code

void Room::reload(std::shared_ptr<const Route> next) {
  if (reload_) {
    reload_->again = std::move(next);
  } else if (!actor_) {
    route_ = std::move(next);
  } else {
    reload_.emplace(Reload{.number = ++reloads_, .next = std::move(next)});
    ask_for_state();
  }
}

void Room::ask_for_state() {
  ++reload_->attempts;
  actor_->ref().mailbox().push(envelope("entmoot:serialize", JsonText::trusted(std::string_view("[]")),
                                        [number = reload_->number](Room& room, const Result<JsonText>& snapshot) {
                                          // If the actor has ended, ended() decides: it is told next.
                                          if (!room.reloads(number) || !room.actor_ || !room.actor_->alive()) return;
                                          const bool is_full = !snapshot && snapshot.error().reason == "overloaded";
                                          if (!is_full || room.reload_->attempts == serialize_attempts)
                                            return room.swap_code(snapshot);
                                          room.home_.shard.after(serialize_again_after, [self = room.self_, number] {
                                            if (*self && (*self)->reloads(number) && (*self)->actor_)
                                              (*self)->ask_for_state();
                                          });
                                        }));
}

/// The old actor has said what is to be kept. The new one is started beside it and takes that up.
void Room::swap_code(const Result<JsonText>& snapshot) {
  if (!snapshot) return stay_with_old_code("serialize: " + snapshot.error().reason);
  const auto& next = *reload_->next;
  if (snapshot->view().size() > next.limits.state_bytes_max) {
    return stay_with_old_code(fmt::format("serialize: {} bytes are more than the limit `state` allows ({})",
                                          snapshot->view().size(), next.limits.state_bytes_max));
  }
  reload_->before = std::exchange(route_, reload_->next);
  reload_->old = Replaced{child_id(), std::exchange(actor_, nullptr)};
  reload_->old->actor->pause_intervals(true);
  home_.ground.registry.unregister_name(topic_);
  ++generation_;
  const auto started = ensure_started();
  if (!started) return finish_reload(started.error());
  // An actor that ends answers before its end is told: so this is the first to know that it could not start.
  started->mailbox().push(envelope("entmoot:restore", JsonText::trusted(fmt::format("[{}]", snapshot->view())),
                                   [number = reload_->number](Room& room, const Result<JsonText>& restored) {
                                     if (room.reloads(number)) room.finish_reload(restored);
                                   }));
}

void Room::finish_reload(const Result<JsonText>& restored) {
  Replaced old = *std::exchange(reload_->old, std::nullopt);
  if (!restored) {
    (void)home_.supervisor.terminate_child(child_id());
    actor_ = nullptr;
    if (!old.actor) {  // neither of them is left
      last_trouble_ = "reload: " + restored.error().reason;
      refuse_held(restored.error().reason);
      return members_.dismiss_everybody();
    }
    --generation_;
    actor_ = old.actor;
    actor_->pause_intervals(false);
    (void)home_.ground.registry.register_name(topic_, *actor_);
    route_ = std::move(reload_->before);
    return stay_with_old_code(restored.error().reason);
  }
  if (restored->view() == "false") {
    log::warn("room {}: its state is gone, {} has no serialize() and restore()", log::quoted(topic_),
              log::quoted(route_->file));
  }
  log::info("room {} goes on in new code", log::quoted(topic_));
  last_trouble_.clear();
  if (old.actor && old.actor->calls_pending() > 0) {
    // Calls that wait for a promise in the old heap are answered there; those that wait for another message in vain are
    // told. Its timers go on as long: they may be what is awaited.
    const std::string child = old.child;
    old.actor->ref().mailbox().push(
        envelope("entmoot:replaced", JsonText::trusted(std::string_view("[]")), [](Room&, const Result<JsonText>&) {}));
    replaced_.push_back(std::move(old));
    end_when_answered(child,
                      home_.shard.clock().now() + reload_->before->limits.reply_timeout + look_for_answers_every);
  } else {
    (void)home_.supervisor.terminate_child(old.child);
  }
  release_held();
}

void Room::stay_with_old_code(const std::string& why) {
  log::error("room {} stays with the code it has: {}", log::quoted(topic_), log::quoted(why));
  last_trouble_ = "reload: " + why;
  release_held();
}

void Room::release_held() {
  Reload done = *std::exchange(reload_, std::nullopt);
  for (Envelope& message : done.held) send(std::move(message));
  if (done.again) reload(std::move(done.again));
}

/// There is nothing to reload any more: a fresh room runs the newest code.
void Room::refuse_held(const std::string& why) {
  if (!reload_) return;
  Reload done = *std::exchange(reload_, std::nullopt);
  route_ = done.again ? std::move(done.again) : std::move(done.next);
  for (Envelope& message : done.held) std::move(message.reply)(fail(why));
}

// --- idle

void Room::touch() {
  last_used_ = home_.shard.clock().now();
  ++uses_;
  if (idle_timer_ == TimerId::none) {
    idle_timer_ = home_.shard.after(route_->limits.idle_after, [this] { look_idle(); });
  }
}

void Room::look_idle() {
  idle_timer_ = TimerId::none;
  const Duration idle = home_.shard.clock().now() - last_used_;
  if (!members_.empty() || reload_ || idle < route_->limits.idle_after) {
    const Duration again = members_.empty() && !reload_ ? route_->limits.idle_after - idle : route_->limits.idle_after;
    idle_timer_ = home_.shard.after(again, [this] { look_idle(); });
    return;
  }
  if (!actor_) return home_.all.forget_later(*this);
  if (actor_->calls_pending() > 0) return touch();
  actor_->ref().mailbox().push(
      envelope("entmoot:serialize", JsonText::trusted(std::string_view("[]")),
               [uses = uses_](Room& room, const Result<JsonText>& snapshot) { room.sleep(snapshot, uses); }));
}

void Room::sleep(const Result<JsonText>& snapshot, std::uint64_t uses) {
  if (uses != uses_ || reload_ || !members_.empty() || !actor_) return touch();
  if (!snapshot) {
    log::warn("room {} goes to sleep without its state: {}", log::quoted(topic_), log::quoted(snapshot.error().reason));
  } else if (snapshot->view().size() > route_->limits.state_bytes_max) {
    log::warn("room {} goes to sleep without its state: {} bytes are more than the limit `state` allows ({})",
              log::quoted(topic_), snapshot->view().size(), route_->limits.state_bytes_max);
  } else if (snapshot->view() != nothing_to_keep) {
    home_.sleeping.put(topic_, *snapshot);
  }
  log::debug("room {} sleeps", log::quoted(topic_));
  (void)home_.supervisor.terminate_child(child_id());
  actor_ = nullptr;
  home_.all.forget_later(*this);
}

RoomInfo Room::info() const {
  RoomInfo info{.topic = topic_,
                .file = route_->file,
                .child = child_id(),
                .clients = members_.size(),
                .failures = failures_,
                .last_trouble = last_trouble_};
  if (reload_) info.state = "reloading";
  if (actor_) info.usage = actor_->usage();
  return info;
}

}  // namespace entmoot_app
