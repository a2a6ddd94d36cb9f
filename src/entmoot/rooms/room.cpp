// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/room_handlers.hpp>
#include <entmoot/rooms/room_routes.hpp>
#include <entmoot/rooms/rooms_options.hpp>
#include <entmoot/rooms/sleeping_rooms.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace entmoot {

using namespace std::chrono_literals;

namespace {
// The script's time for a message of the server itself, such as restoring its state.
constexpr Duration own_timeout = 5s;
// The delay before a leave is sent again that found the mailbox full.
constexpr Duration leave_again_after = 100ms;
}  // namespace

namespace {
std::unique_ptr<RoomJournal> journal_of(const RoomContext& context, const ActorVersions& versions,
                                        const std::shared_ptr<MemoryAccount>& account) {
  const RoomLimits& limits = versions.route()->limits;
  if (limits.durability == Durability::none || context.options.all_in_memory) return nullptr;
  return std::make_unique<RoomJournal>(context, versions.topic(), limits, account);
}
}  // namespace

Room::Room(const RoomContext& context, std::string topic, std::shared_ptr<const RoomRoute> route,
           RoomQuota::Place place, Room::Listener& listener)
    : context_(context),
      place_(std::move(place)),
      listener_(listener),
      counters_(context.counters.of(route->pattern)),
      log_(std::make_shared<LimitedLog>(fmt::format("room {}", log::quoted(topic)), route->limits.budget.log_lines_max,
                                        context.shard.clock().now(), "logLines")),
      account_(std::make_shared<MemoryAccount>(route->limits.budget.host_bytes_max)),
      members_(context, topic, log_, account_),
      versions_(context, std::move(topic), std::move(route), *this),
      journal_(journal_of(context, versions_, account_)),
      sleep_(context, versions_, *this) {
  members_.intercept(this->route().exports.intercept);
  if (journal_) members_.recover_from(*journal_);
}

Room::~Room() {
  self_.invalidate();
  counters_.clients -= static_cast<std::int64_t>(members_.size());
}

// --- messages

Envelope Room::own(Envelope message, UniqueFunction<void(Room&, Result<JsonText>)> then) {
  message.reply =
      ReplyTo(context_.shard, [self = self_.ref(), then = std::move(then)](Result<JsonText> result) mutable {
        if (Room* const room = self.get()) then(*room, std::move(result));
      });
  message.deadline = context_.shard.clock().now() + own_timeout;
  return message;
}

void Room::call(Envelope message, ReplyTo reply) {
  sleep_.touch();
  message.reply = std::move(reply);
  message.sent = context_.shard.clock().now();
  message.deadline = message.sent + route().limits.reply_timeout;
  send(std::move(message));
}

void Room::take_back(InterceptedBroadcast message) {
  sleep_.touch();
  send(std::move(message));
}

void Room::await_intercepted(ReplyTo reply) { send(InterceptBarrier{std::move(reply)}); }

void Room::send(RoomMessage message) {
  if (reload_) return reload_->hold(std::move(message));
  std::visit([this](auto& each) { take(std::move(each)); }, message);
}

void Room::take(const InterceptedBroadcast& message) {
  if (!route().exports.intercepts(message.event)) return members_.pass_on(message);
  Envelope out = entry::out(message.client, message.event, message.payload);
  out.deadline = context_.shard.clock().now() + route().limits.reply_timeout;
  take(std::move(out));
}

/// Earlier intercepted broadcasts were passed to the old actor before it serialized, or have just been processed.
void Room::take(InterceptBarrier barrier) { std::move(barrier.reply)(JsonText()); }

void Room::take(Envelope message) {
  // A durable room's actor has crashed, and actor_ended() is on its way: the next actor takes the message.
  if (journal_ && versions_.actor() && !versions_.actor()->alive()) {
    return unanswered_.messages.push_back(std::move(message));
  }
  const auto actor = versions_.ensure_started();
  if (!actor) return std::move(message.reply)(actor.error());
  if (message.name == entry::join_name && message.kind == Envelope::Kind::call)
    message.reply = of_this_version(std::move(message.reply));
  actor->mailbox().push(std::move(message));
}

/// Refuses a client admitted by a version that has been replaced meanwhile: the new version does not know it.
ReplyTo Room::of_this_version(ReplyTo reply) const {
  return ReplyTo(
      [self = self_.ref(), version = versions_.name(), reply = std::move(reply)](Result<Answer> result) mutable {
        const Room* const room = self.get();
        if (result && room && room->versions_.name() != version) {
          result = fail(ErrorCode::unavailable, "the room was reloaded, join again");
        }
        std::move(reply)(std::move(result));
      });
}

void Room::join(JoiningClient client, Envelope message, ReplyTo reply) {
  if (members_.size() >= route().limits.clients_max) {
    return std::move(reply)(fail(ErrorCode::limit, fmt::format("the room is full ({} clients)", members_.size())));
  }
  reply = members_.admitting(client.number, std::move(reply));
  members_.add(std::move(client));
  ++counters_.clients;
  call(std::move(message), std::move(reply));
}

void Room::leave(ClientNumber client, std::string_view reason) {
  if (!members_.remove(client)) return;
  --counters_.clients;
  sleep_.touch();
  tell_left(client, std::string(reason));
}

/// Notifies the script, if there is an actor.
void Room::tell_left(ClientNumber client, const std::string& reason) {
  if (!versions_.actor()) return;
  Envelope message = own(entry::leave(client, reason), [client, reason](Room& room, const Result<JsonText>& result) {
    if (result || result.error().code != ErrorCode::overloaded) return;
    room.context_.shard.after(leave_again_after, [self = room.self_.ref(), client, reason] {
      if (Room* const again = self.get()) again->tell_left(client, reason);
    });
  });
  message.deadline = TimePoint::max();
  send(std::move(message));
}

// --- the actor

std::unique_ptr<JsServer> Room::make_actor(const RoomRoute& route) {
  account_->set_limit(route.limits.budget.host_bytes_max);
  RoomAccess access{context_, *this, members_, listener_, log_};
  std::unique_ptr<TurnJournal> turns;
  if (journal_) {
    const RoomRoutes& routes = listener_.routes();
    auto [opened, broadcasts] = reload_ || from_serialized_ ? journal_->open_beside(routes) : journal_->open(routes);
    turns = std::move(opened);
    access.counter = &broadcasts.sent();
  }
  JsServerOptions options{.name = topic(),
                          .program = route.program,
                          .handlers = room_handlers(access),
                          .budget = route.limits.budget,
                          .account = account_,
                          .console = context_.options.console,
                          .secrets = route.secrets,
                          .number_errors = !context_.options.expose_errors,
                          .counters = &counters_.turns,
                          .activity = &activity_};
  ++counters_.starts;
  if (journal_) {
    options.journal = std::move(turns);
    options.stands_still = context_.options.stand_still;
    if (!options.stands_still) options.recovered = [this] { return recovered(); };
    options.unanswered = [this](Unanswered left) { unanswered_ = std::move(left); };
    options.calls = std::exchange(unanswered_.calls, {});
    options.set_aside = crashing_.to_set_aside();
  }
  return std::make_unique<JsServer>(context_.shard, context_.js, std::move(options));
}

/// The first message to an actor that has taken the recorded turns again.
Envelope Room::recovered() {
  journal_->broadcasts().all_sent();
  return entry::resumed(members_.numbers());
}

void Room::actor_started(JsServer& actor) {
  if (from_serialized_) return restore_serialized(actor);
  if (reload_ || journal_) return;
  const auto state = context_.sleeping.take(topic());
  if (!state) return;
  actor.ref().mailbox().push(own(entry::restore(*state), [](Room& room, const Result<JsonText>& restored) {
    if (restored) return;
    room.last_trouble_ = "restore: " + restored.error().reason;
    if (!room.context_.shard.may_log()) return;
    log::error("room {}: failed to restore its state, starting empty: {}", log::quoted(room.topic()),
               log::quoted(restored.error().reason));
  }));
}

// The room's code cannot replay its turns, but restore what its old code has serialized: as in a reload.
void Room::restore_serialized(JsServer& actor) {
  const std::optional<JsonText>& state = journal_->serialized();
  if (!state) return;
  actor.ref().mailbox().push(own(entry::restore(*state), [](Room& room, const Result<JsonText>& restored) {
    room.from_serialized_ = false;
    if (!restored) {
      log::error("room {}: failed to restore its state in other code: {}", log::quoted(room.topic()),
                 log::quoted(restored.error().reason));
      return room.kill("restore: " + restored.error().reason);
    }
    log::info("room {}: now running other code, with the state that it had serialized", log::quoted(room.topic()));
    room.journal_->adopt(RoomJournal::Offsets::begin);
    room.last_trouble_.clear();
  }));
  actor.ref().mailbox().push(own(entry::resumed(members_.numbers()), [](Room&, const Result<JsonText>&) {}));
}

void Room::actor_ended(const ExitReason& reason) {
  ++failures_;
  ++counters_.crashes[static_cast<std::size_t>(reason.why.code)];
  note(log::Level::error, "ended: " + reason.why.reason);
  last_trouble_ = reason.why.reason;
  last_reload_failed_ = false;
  if (!journal_) return actor_lost(reason.error());
  // The next actor continues where this one was before the message that ended it; the clients stay.
  const bool diverged = reason.why.code == ErrorCode::diverged;
  from_serialized_ = diverged && journal_->serialized();
  if (diverged && !from_serialized_ && context_.shard.may_log()) {
    log::error(
        "room {}: it cannot start: this code cannot replay what other code has done, and no state was serialized "
        "for it. Serve the code that was served before, stop it with SIGTERM, and export serialize() and "
        "restore(); or delete the room with `entmoot forget`",
        log::quoted(topic()));
  }
  if (auto culprit = std::exchange(unanswered_.culprit, std::nullopt)) crashing_.crashed_by(*std::move(culprit));
  auto messages = std::exchange(unanswered_.messages, {});
  if (const auto ended = std::exchange(reload_, nullptr)) {
    for (RoomMessage& message : ended->take_held()) refuse(std::move(message), reason.error());
  }
  for (Envelope& message : messages) take(std::move(message));
}

void Room::kill(const std::string& why) {
  note(log::Level::warning, why);
  last_trouble_ = why;
  last_reload_failed_ = false;
  const ExitReason reason = ExitReason::killed(why);
  versions_.end_all(reason);
  unanswered_ = {};
  actor_lost(reason.error());
  listener_.room_is_over(*this);
}

void Room::kill_later(std::string why) {
  context_.shard.post([self = self_.ref(), why = std::move(why)] {
    if (Room* const room = self.get()) room->kill(why);
  });
}

/// No actor is left, and so nothing to reload: a fresh room runs the newest code.
void Room::actor_lost(const Error& why) {
  if (const auto ended = std::exchange(reload_, nullptr)) {
    use(ended->newest());
    for (RoomMessage& message : ended->take_held()) refuse(std::move(message), why);
  }
  counters_.clients -= static_cast<std::int64_t>(members_.size());
  members_.crash_channels();
}

// --- other code

/// Sets the code of the next actor. There is no actor.
void Room::use(std::shared_ptr<const RoomRoute> route) {
  members_.intercept(route->exports.intercept);
  versions_.use(std::move(route));
}

void Room::serialize(std::shared_ptr<void> done) {
  if (!journal_ || reload_ || !versions_.actor() || !route().exports.has("serialize")) return;
  send(own(entry::serialize(), [done = std::move(done)](Room& room, const Result<JsonText>& state) {
    if (state) room.journal_->put_serialized(*state);
  }));
}

void Room::save() {
  if (journal_ && !reload_ && versions_.actor()) versions_.actor()->save();
}

void Room::reload(std::shared_ptr<const RoomRoute> next) {
  if (reload_) {
    reload_->follow_with(std::move(next));
  } else if (!versions_.actor()) {
    use(std::move(next));
  } else if (journal_ && !(route().exports.has("serialize") && next->exports.has("restore"))) {
    last_reload_failed_ = true;
    last_trouble_ = "reload: a durable room takes its state to other code through serialize() and restore()";
    if (!context_.shard.may_log()) return;
    log::error(
        "room {}: it keeps running the previous version: a durable room takes its state to other code through "
        "serialize() and restore(), which {} does not export",
        log::quoted(topic()), log::quoted(next->file));
  } else {
    RoomReload::Listener& listener = *this;
    reload_ = std::make_unique<RoomReload>(versions_, members_, std::move(next), listener);
  }
}

void Room::reload_ended(const RoomReload::Ended& ended) {
  last_reload_failed_ = ended.outcome != RoomReload::Outcome::reloaded;
  last_trouble_ = last_reload_failed_ ? "reload: " + ended.why.reason : "";
  note(last_reload_failed_ ? log::Level::error : log::Level::info,
       last_reload_failed_ ? last_trouble_ : "now running the new version");
  switch (ended.outcome) {
    case RoomReload::Outcome::reloaded:
      crashing_ = {};
      if (journal_) journal_->adopt(RoomJournal::Offsets::go_on);
      if (context_.shard.may_log()) log::info("room {}: now running the new version", log::quoted(topic()));
      return resume();
    case RoomReload::Outcome::rolled_back:
      if (journal_) journal_->give_up_beside();
      if (context_.shard.may_log()) {
        log::error("room {}: reload failed, it keeps running the previous version: {}", log::quoted(topic()),
                   log::quoted(ended.why.reason));
      }
      return resume();
    case RoomReload::Outcome::lost: return actor_lost(ended.why);
  }
}

/// After a reload: sends the held messages, and starts the next reload, if one was requested.
void Room::resume() {
  const auto done = std::exchange(reload_, nullptr);
  for (RoomMessage& message : done->take_held()) send(std::move(message));
  if (done->following()) reload(done->following());
}

// --- inspection

void Room::note(log::Level level, std::string_view text) { activity_.line(context_.shard.clock().now(), level, text); }

RoomInfo Room::info() const {
  RoomInfo info{.topic = topic(),
                .file = route().file,
                .child = versions_.name(),
                .clients = members_.size(),
                .failures = failures_,
                .last_trouble = last_trouble_,
                .last_reload_failed = last_reload_failed_};
  if (reload_) info.state = "reloading";
  if (versions_.actor()) info.usage = versions_.actor()->usage();
  return info;
}

}  // namespace entmoot
