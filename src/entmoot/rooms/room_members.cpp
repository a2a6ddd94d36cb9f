// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_members.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/rooms/room_journal.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace entmoot {

namespace {

/// Held for each member: its entries here and in the tables of presence.
constexpr std::size_t member_bytes = 1024;

/// Missed broadcasts that a client's shard sends in one task.
constexpr std::size_t resent_at_once = 64;

/// What is held for a presence.
std::size_t held_for(std::string_view key, const JsonText& meta) { return 256 + key.size() + meta.view().size(); }

/// Runs `step` after all effects of the turn, its reply included: a client removed by the handler of its own message
/// gets the reply first.
void after_this_turn(UniqueFunction<void()> step) {
  Effects::release_or_hold([step = std::move(step)]() mutable { Shard::here().post(std::move(step)); });
}

}  // namespace

RoomMembers::RoomMembers(const RoomContext& context, std::string topic, std::shared_ptr<LimitedLog> log,
                         std::shared_ptr<MemoryAccount> account)
    : context_(context), topic_(std::move(topic)), log_(std::move(log)), account_(std::move(account)) {}

RoomMembers::~RoomMembers() {
  self_.invalidate();
  for (const auto& [number, member] : members_) context_.presence.untrack(member.presence);
}

RoomMembers::Member* RoomMembers::find(ClientNumber number) {
  const auto found = members_.find(number);
  return found == members_.end() ? nullptr : &found->second;
}

const RoomMembers::Member* RoomMembers::find(ClientNumber number) const {
  const auto found = members_.find(number);
  return found == members_.end() ? nullptr : &found->second;
}

void RoomMembers::add(JoiningClient client) {
  const ClientNumber number = client.number;
  members_.emplace(number,
                   Member{std::move(client), context_.presence.new_owner(), MemoryCharge(account_, member_bytes)});
}

bool RoomMembers::remove(ClientNumber number) {
  const auto found = members_.find(number);
  if (found == members_.end()) return false;
  context_.presence.untrack(found->second.presence);
  members_.erase(found);
  return true;
}

/// The list is sent before the reply, in order with it, so it applies to the first broadcast that the client gets.
ReplyTo RoomMembers::admitting(ClientNumber number, ReplyTo reply) const {
  return ReplyTo([self = self_.ref(), number, reply = std::move(reply)](Result<Answer> result) mutable {
    const RoomMembers* const members = self.get();
    if (result && members && !members->intercepted_.empty()) {
      if (const Member* member = members->find(number)) {
        entmoot::intercept(member->client.channel, members->intercepted_);
      }
    }
    if (result && members && members->journal_) {
      const Member* member = members->find(number);
      if (member && member->client.recover) return members->recover(*member, *std::move(result), std::move(reply));
    }
    std::move(reply)(std::move(result));
  });
}

/// The room's answer to the join comes here in order with what it broadcasts: what has left by now is missed or known,
/// what leaves later reaches the client's channel after the join.
void RoomMembers::recover(const Member& member, Answer answer, ReplyTo reply) const {
  const auto epoch = journal_->epoch();
  if (answer.refused || answer.bytes || !epoch) return std::move(reply)(std::move(answer));
  RecentBroadcasts& broadcasts = journal_->broadcasts();
  const RecoverFrom from = member.client.recover.value_or(RecoverFrom());
  auto missed = from.epoch == *epoch ? broadcasts.missed(from, intercepted_) : std::nullopt;
  const std::uint64_t offset = missed ? from.offset : broadcasts.sent().last;
  std::string text = missed ? "{" : std::string(answer.json.view());
  if (text.ends_with('}')) text.pop_back();
  if (text.size() > 1) text += ',';
  fmt::format_to(std::back_inserter(text), R"("recovered":{},"recover":{{"epoch":"{}","offset":{},"member":"{}"}}}})",
                 missed.has_value(), *epoch, offset, member.client.number);
  answer.json = JsonText::trusted(text);
  const SocketRef channel = member.client.channel;
  std::move(reply)(std::move(answer));
  if (!missed) return;
  const std::span all(*missed);
  for (std::size_t at = 0; at < all.size(); at += resent_at_once) {
    const auto part = all.subspan(at, std::min(resent_at_once, all.size() - at));
    resend(channel, {part.begin(), part.end()});
  }
  const std::uint64_t last = broadcasts.sent().last;
  if (last != offset) push(channel, "entmoot:offset", JsonText::of({{"offset", last}}));
}

void RoomMembers::intercept(const std::vector<std::string>& events) {
  if (events == intercepted_) return;
  intercepted_ = events;
  for (const auto& [number, member] : members_) entmoot::intercept(member.client.channel, events);
}

void RoomMembers::pass_on(const InterceptedBroadcast& message) const {
  if (const Member* member = find(message.client)) push(member->client.channel, message.event, message.payload);
}

void RoomMembers::crash_channels() {
  const auto all = std::exchange(members_, {});
  presence_is_used_ = false;
  for (const auto& [number, member] : all) {
    context_.presence.untrack(member.presence);
    stop(member.client.channel, ChannelEnd::crash);
  }
}

std::vector<ClientNumber> RoomMembers::numbers() const {
  std::vector<ClientNumber> all;
  all.reserve(members_.size());
  for (const auto& [number, member] : members_) all.push_back(number);
  return all;
}

std::vector<RoomMembers::MemberInfo> RoomMembers::describe(std::size_t most) const {
  std::vector<MemberInfo> all;
  for (const auto& [number, member] : members_) {
    if (all.size() == most) break;
    auto& info =
        all.emplace_back(MemberInfo{.number = number, .address = member.client.address, .joined = member.joined});
    for (const auto& [key, held] : member.metas) info.presences.push_back(key);
  }
  return all;
}

// --- commands

template <class Step>
void RoomMembers::later(ClientNumber client, Step step) const {
  Effects::release_or_hold([self = self_.ref(), client, step = std::move(step)] {
    RoomMembers* const members = self.get();
    if (!members) return;
    if (Member* member = members->find(client)) step(*members, *member);
  });
}

void RoomMembers::execute(command::Broadcast broadcast, BroadcastCounter* counter) const {
  BroadcastOptions options{.counter = counter};
  if (const Member* except = find(broadcast.except)) options.except = except->client.subscriber;
  context_.pubsub.broadcast(topic_, broadcast.event, std::move(broadcast.payload), options);
}

void RoomMembers::execute(command::Push push) const {
  if (const Member* member = find(push.client)) {
    entmoot::push(member->client.channel, push.event, std::move(push.payload));
  }
}

void RoomMembers::execute(const command::Leave& leave) const {
  if (const Member* member = find(leave.client)) {
    after_this_turn([to = member->client.channel] { stop(to, ChannelEnd::normal); });
  }
}

void RoomMembers::execute(const command::Disconnect& disconnect) const {
  if (const Member* member = find(disconnect.client)) {
    after_this_turn([to = member->client.channel] { entmoot::disconnect(to); });
  }
}

Result<void> RoomMembers::execute(command::Track track) const {
  if (!account_->has_room_for(held_for(track.key, track.meta))) {
    return fail(ErrorCode::limit, "too much memory is held for this room outside its heap (limit `hostMemory`)");
  }
  later(track.client, [key = std::move(track.key), meta = std::move(track.meta)](RoomMembers& room, Member& member) {
    room.track(member, key, meta);
  });
  return {};
}

void RoomMembers::execute(command::Untrack untrack) const {
  later(untrack.client, [key = std::move(untrack.key)](const RoomMembers& room, Member& member) {
    member.metas.erase(key);
    room.context_.presence.untrack(member.presence, room.topic_, key);
  });
}

void RoomMembers::execute(command::Joined joined) const {
  later(joined.client, [](const RoomMembers& room, Member& member) {
    member.joined = true;
    if (room.presence_is_used_) room.push_presence_state(member);
  });
}

void RoomMembers::execute(command::UsePresence) const {
  Effects::release_or_hold([self = self_.ref()] {
    if (RoomMembers* const members = self.get()) members->use_presence();
  });
}

void RoomMembers::track(Member& member, const std::string& key, const JsonText& meta) {
  Presence& presence = context_.presence;
  const auto tracked = presence.is_tracked(member.presence, topic_, key)
                           ? presence.update(member.presence, topic_, key, meta)
                           : presence.track(member.presence, topic_, key, meta);
  if (tracked) {
    member.metas.insert_or_assign(key, MemoryCharge(account_, held_for(key, meta)));
  } else {
    log_->write(log::Level::warning, fmt::format("presence.track failed: {}", log::quoted(tracked.error().reason)),
                context_.shard.clock().now());
  }
  use_presence();
}

void RoomMembers::use_presence() {
  if (!std::exchange(presence_is_used_, true)) push_presence_states(no_client);
}

/// To the members after `after`, one in each task: a list may have hundreds of entries, and a room hundreds of members.
void RoomMembers::push_presence_states(ClientNumber after) {
  const auto next = members_.upper_bound(after);
  if (next == members_.end()) return;
  if (next->second.joined) push_presence_state(next->second);
  context_.shard.post([self = self_.ref(), number = next->first] {
    if (RoomMembers* const members = self.get()) members->push_presence_states(number);
  });
}

/// The list is read on the client's shard, in the step that pushes it. A list read here could be outdated by then, and
/// a change in between would be lost to a client whose join is not yet answered, because it is not yet subscribed.
void RoomMembers::push_presence_state(Member& member) const {
  if (std::exchange(member.has_presence_state, true)) return;
  push(member.client.channel, "presence_state",
       [&presence = context_.presence, topic = topic_]() -> Payload { return presence.list(topic); });
}

}  // namespace entmoot
