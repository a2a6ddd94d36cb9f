// SPDX-License-Identifier: MIT

#include <entmoot/rooms/recent_broadcasts.hpp>

#include <entmoot/base/byte_writer.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/rooms/room_command.hpp>
#include <entmoot/rooms/room_routes.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace entmoot {

namespace {
constexpr std::uint8_t version = 1;
}  // namespace

RecentBroadcasts::RecentBroadcasts(std::string topic, const std::shared_ptr<MemoryAccount>& account)
    : topic_(std::move(topic)), held_(account) {}

void RecentBroadcasts::use(const RoomRoutes& routes) {
  channels_ = {routes.broadcast_channels.begin(), routes.broadcast_channels.end()};
  has_handler_ = std::ranges::count(routes.handlers, "broadcast") > 0;
}

void RecentBroadcasts::follow(RecentBroadcasts&& earlier) {
  auto later = std::exchange(entries_, std::move(earlier.entries_));
  first_ = earlier.first_;
  held_.add_anyway(earlier.held_.bytes());
  earlier.resume({});
  for (Entry& entry : later) {
    held_.remove(entry.bytes());
    count(std::move(entry));
  }
}

std::optional<std::vector<std::shared_ptr<const Fastlane>>> RecentBroadcasts::missed(
    const RecoverFrom& from, const std::vector<std::string>& intercepted) const {
  if (from.offset > sent_.last || from.offset + 1 < first_) return std::nullopt;
  std::vector<std::shared_ptr<const Fastlane>> missed;
  for (std::uint64_t offset = from.offset + 1; offset <= sent_.last; ++offset) {
    const Entry& entry = entries_[static_cast<std::size_t>(offset - first_)];
    if (std::ranges::find(intercepted, entry.event) != intercepted.end()) return std::nullopt;
    if (entry.except != no_client && entry.except == from.member) continue;
    if (!entry.message) {
      auto message = std::make_shared<Fastlane>(Broadcast{topic_, entry.event, entry.payload});
      message->number(offset);
      entry.message = std::move(message);
    }
    missed.push_back(entry.message);
  }
  return missed;
}

// --- the turns

void RecentBroadcasts::posted(std::string_view channel, std::string_view json) {
  const auto event = channels_.find(channel);
  if (event == channels_.end()) return;
  turn_.push_back({.event = event->second, .payload = JsonText::trusted(json)});
}

void RecentBroadcasts::commanded(std::string_view name, std::span<const js::Value> operands) {
  if (name != "broadcast") return;
  auto command = decode_room_command(name, operands);
  if (!command) return;
  if (auto* sent = std::get_if<command::Broadcast>(&*command)) {
    turn_.push_back({.event = std::move(sent->event), .payload = std::move(sent->payload), .except = sent->except});
  }
}

void RecentBroadcasts::called(std::string_view name, std::string_view args) {
  if (name != "broadcast" || !has_handler_) return;
  const JsonText list = JsonText::trusted(args);
  const auto messages = list.elements(1);
  if (messages.size() != 1 || !messages.front().starts_with('{')) return;  // the handler refuses it
  if (messages.front().size() > room_message_bytes_max) return;
  turn_.push_back({.event = "new_message", .payload = JsonText::trusted(messages.front())});
}

void RecentBroadcasts::turn_ended(bool kept) {
  auto made = std::exchange(turn_, {});
  if (!kept) return;
  for (Entry& entry : made) count(std::move(entry));
}

void RecentBroadcasts::count(Entry entry) {
  held_.add_anyway(entry.bytes());
  entries_.push_back(std::move(entry));
  while (entries_.size() > count_max || (held_.bytes() > bytes_max && !entries_.empty())) {
    held_.remove(entries_.front().bytes());
    entries_.pop_front();
    ++first_;
  }
}

// --- the state

std::string RecentBroadcasts::state() const {
  ByteWriter out;
  out.byte(version).number(first_).number(entries_.size());
  for (const Entry& entry : entries_) {
    out.text(entry.event).byte(entry.payload.is_binary()).number(entry.except).text(entry.payload.bytes());
  }
  return std::move(out).done();
}

std::string RecentBroadcasts::state_after(std::uint64_t offset) {
  ByteWriter out;
  out.byte(version).number(offset + 1).number(0);
  return std::move(out).done();
}

void RecentBroadcasts::resume(std::string_view state) {
  first_ = 1;
  entries_.clear();
  turn_.clear();
  held_.clear();
  ByteReader in(state);
  if (in.byte() != version) return;
  const std::uint64_t first = in.number();
  if (!in.ok() || first == 0) return;
  first_ = first;
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    Entry entry{.event = std::string(in.text()), .payload = {}};
    const bool binary = in.byte() != 0;
    entry.except = in.number();
    const std::string_view bytes = in.text();
    if (!in.ok()) break;
    entry.payload = binary ? Payload(Binary(bytes)) : Payload(JsonText::trusted(bytes));
    count(std::move(entry));
  }
}

}  // namespace entmoot
