// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_channel.hpp>

#include <entmoot/core/shard.hpp>
#include <entmoot/rooms/client_address.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/rooms.hpp>

#include <boost/json/object.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace entmoot {

namespace {

std::string_view reason_of(ChannelEnd end) noexcept {
  switch (end) {
    case ChannelEnd::left: return "left";
    case ChannelEnd::duplicate_join: return "rejoined";
    case ChannelEnd::socket_closed: return "closed";
    case ChannelEnd::crash: return "crash";
    case ChannelEnd::normal:
    case ChannelEnd::shutdown: return "removed";
  }
  return "closed";
}

/// What a client of a durable room asks for with `recover` in the payload of its join: {} or the object that it got in
/// the reply to its last join, with the offset that it has come to. nullopt: it does not ask.
std::optional<RecoverFrom> recover_from(const Payload& payload) {
  if (payload.is_binary() || payload.bytes().find("\"recover\"") == std::string_view::npos) return std::nullopt;
  const auto json = payload.json().parse();
  const Json* asked = json && json->is_object() ? json->as_object().if_contains("recover") : nullptr;
  if (!asked || asked->is_null() || (asked->is_bool() && !asked->as_bool())) return std::nullopt;
  RecoverFrom from;
  if (!asked->is_object()) return from;
  const auto& object = asked->as_object();
  const auto text = [&](std::string_view name) {
    const Json* value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->as_string()) : std::string_view();
  };
  from.epoch = text("epoch");
  const std::string_view member = text("member");
  std::from_chars(member.data(), member.data() + member.size(), from.member);
  if (const Json* offset = object.if_contains("offset"); offset && offset->is_number()) {
    boost::system::error_code inexact;
    from.offset = offset->to_number<std::uint64_t>(inexact);
    if (inexact) from.epoch.clear();
  }
  return from;
}

ErrorsShown errors_shown(const Rooms& rooms) {
  return rooms.options().expose_errors ? ErrorsShown::yes : ErrorsShown::no;
}

}  // namespace

RoomChannel::~RoomChannel() {
  if (!room_.empty()) rooms_.leave(room_, number_, leave_reason_);
}

Channel::JoinResult RoomChannel::join(std::string_view topic, const Payload& payload) {
  const auto found = rooms_.routes_here().find(topic);
  if (!found) return found.error();
  const auto& route = *found;

  const SocketRef self = address();
  counters_ = &rooms_.counters_here(route->pattern);
  number_ = rooms_.new_client_here();
  room_ = topic;
  boost::json::object params = client().params;
  params.erase("vsn");
  JoiningClient joining{.number = number_,
                        .channel = self,
                        .subscriber = subscriber_id(),
                        .address = client_address(client().info, rooms_.options().behind_proxy)};
  if (route->limits.durability != Durability::none) joining.recover = recover_from(payload);
  if (joining.recover) count_broadcasts();
  rooms_.join(topic, std::move(joining), entry::join(number_, to_json(params), to_json(client().assigns), payload),
              answer([this, asked = self.shard->clock().now()](const Result<Answer>& result) {
                return joined(result, asked);
              }));
  return Later{};
}

Channel::HandleResult RoomChannel::joined(const Result<Answer>& result, TimePoint asked) const {
  counters_->join_time.add(address().shard->clock().now() - asked);
  if (!result) {
    ++counters_->refusals[static_cast<std::size_t>(result.error().code)];
  } else if (result->refused) {
    ++counters_->refusals[static_cast<std::size_t>(ErrorCode::unauthorized)];
  } else {
    ++counters_->joins;
  }
  return reply_from(result, errors_shown(rooms_));
}

Channel::HandleResult RoomChannel::handle_in(std::string_view event, const Payload& payload) {
  rooms_.call(room_, entry::in(number_, event, payload),
              answer([counters = counters_, shown = errors_shown(rooms_)](const Result<Answer>& result) {
                if (!result) ++counters->errors[static_cast<std::size_t>(result.error().code)];
                return reply_from(result, shown);
              }));
  return NoReply{};
}

Channel::InfoResult RoomChannel::handle_out(std::string_view event, const Payload& payload) {
  rooms_.take_back(room_, {.client = number_, .event = std::string(event), .payload = payload});
  return NoReply{};
}

void RoomChannel::intercept_drained(ReplyTo drained) { rooms_.await_intercepted(room_, std::move(drained)); }

void RoomChannel::terminate(ChannelEnd reason) { leave_reason_ = reason_of(reason); }

}  // namespace entmoot
