// SPDX-License-Identifier: MIT

#include "members.hpp"

#include "wire.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>

#include <fmt/format.h>

#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// Behind all that the turn does, its reply above all: who is sent away in the handler of his own message hears what
/// came of it.
void behind_this_turn(UniqueFunction<void()> step) {
  Effects::release_or_hold([step = std::move(step)]() mutable { Shard::here().post(std::move(step)); });
}

}  // namespace

Members::Members(const Ground& ground, std::string topic, std::shared_ptr<RoomLog> log)
    : ground_(ground), topic_(std::move(topic)), self_(std::make_shared<Members*>(this)), log_(std::move(log)) {}

Members::~Members() {
  *self_ = nullptr;
  for (const auto& [id, member] : members_) ground_.presence.untrack(member.presence);
}

void Members::add(Guest guest) {
  std::string id = guest.id;
  members_.emplace(std::move(id), Member{std::move(guest), ground_.presence.new_owner()});
}

bool Members::remove(std::string_view id) {
  const auto found = members_.find(id);
  if (found == members_.end()) return false;
  ground_.presence.untrack(found->second.presence);
  members_.erase(found);
  return true;
}

/// The list goes before the answer, by the same way: it holds with the first broadcast that the client gets.
ReplyTo Members::admitting(std::string id, ReplyTo reply) const {
  return ReplyTo([self = self_, id = std::move(id), reply = std::move(reply)](Result<JsonText> result) mutable {
    if (result && *self && !(*self)->intercepted_.empty()) {
      const auto found = (*self)->members_.find(id);
      if (found != (*self)->members_.end()) {
        entmoot::intercept(found->second.guest.channel, (*self)->intercepted_);
      }
    }
    std::move(reply)(std::move(result));
  });
}

void Members::intercept(const std::vector<std::string>& events) {
  if (events == intercepted_) return;
  intercepted_ = events;
  for (const auto& [id, member] : members_) entmoot::intercept(member.guest.channel, events);
}

void Members::pass_on(const Outgoing& message) const {
  const auto found = members_.find(message.client);
  if (found != members_.end()) push(found->second.guest.channel, message.event, message.payload);
}

void Members::dismiss_everybody() {
  const auto all = std::exchange(members_, {});
  presence_is_used_ = false;
  for (const auto& [id, member] : all) {
    ground_.presence.untrack(member.presence);
    stop(member.guest.channel, ChannelEnd::crash);
  }
}

Result<void> Members::broadcast(std::string_view event, std::string_view payload, std::string_view except) const {
  auto content = payload_from(payload);
  if (!content) return content.error();
  if (!content->is_object_or_binary()) return fail("a message to the clients is an object");
  BroadcastOptions options;
  if (const auto found = members_.find(except); found != members_.end()) {
    options.except = found->second.guest.subscriber;
  }
  ground_.pubsub.broadcast(topic_, event, *std::move(content), options);
  return {};
}

Result<void> Members::emit(std::string_view operation, std::string_view client, std::string_view name,
                           std::string_view payload) {
  if (operation == "presence") {
    Effects::release_or_hold([self = self_] {
      if (*self) (*self)->use_presence();
    });
    return {};
  }
  const auto found = members_.find(client);
  if (found == members_.end()) return {};
  const Member& member = found->second;
  if (operation == "push") {
    auto content = payload_from(payload);
    if (!content) return content.error();
    push(member.guest.channel, name, *std::move(content));
  } else if (operation == "leave") {
    behind_this_turn([to = member.guest.channel] { stop(to, ChannelEnd::normal); });
  } else if (operation == "disconnect") {
    behind_this_turn([to = member.guest.channel] { disconnect(to); });
  } else if (operation == "track") {
    return track(client, name, payload);
  } else if (operation == "untrack") {
    Effects::release_or_hold([self = self_, id = std::string(client), key = std::string(name)] {
      if (*self) (*self)->untrack(id, key);
    });
  } else if (operation == "joined") {
    Effects::release_or_hold([self = self_, id = std::string(client)] {
      if (*self) (*self)->has_joined(id);
    });
  } else {
    return fail(fmt::format("no operation \"{}\"", operation));
  }
  return {};
}

void Members::untrack(std::string_view client, const std::string& key) {
  const auto found = members_.find(client);
  if (found == members_.end()) return;
  ground_.presence.untrack(found->second.presence, topic_, key);
}

void Members::has_joined(std::string_view client) {
  const auto found = members_.find(client);
  if (found == members_.end()) return;
  found->second.joined = true;
  if (presence_is_used_) tell_presences(found->second);
}

void Members::use_presence() {
  if (std::exchange(presence_is_used_, true)) return;
  for (const auto& [id, member] : members_) {
    if (member.joined) tell_presences(member);
  }
}

/// Read where the client is, in the step that pushes it: read here it could be old by then, and what has changed in
/// between would be told to nobody, for a client whose join is not answered yet is not subscribed.
void Members::tell_presences(const Member& member) const {
  push(member.guest.channel, "presence_state",
       [&presence = ground_.presence, topic = topic_]() -> Payload { return presence.list(topic); });
}

/// Under the key it has already: its new meta. Who has left before the turn is over is not listed any more.
Result<void> Members::track(std::string_view client, std::string_view key, std::string_view meta) {
  if (meta.starts_with('=')) return fail("a presence's meta is an object");
  Effects::release_or_hold([self = self_, id = std::string(client), name = std::string(key),
                            json = JsonText::trusted(meta)] {
    if (!*self) return;
    Members& room = **self;
    const auto found = room.members_.find(id);
    if (found == room.members_.end()) return;
    Presence& presence = room.ground_.presence;
    const PresenceOwner owner = found->second.presence;
    const auto tracked = presence.is_tracked(owner, room.topic_, name) ? presence.update(owner, room.topic_, name, json)
                                                                       : presence.track(owner, room.topic_, name, json);
    if (!tracked) room.log_->warn(log::quoted(tracked.error().reason));
    room.use_presence();
  });
  return {};
}

}  // namespace entmoot_app
