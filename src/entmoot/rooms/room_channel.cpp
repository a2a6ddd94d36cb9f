// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_channel.hpp>

#include <entmoot/rooms/client_address.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/rooms.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

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

Channel::HandleResult as_reply(const Result<Answer>& result) { return reply_from(result); }

}  // namespace

RoomChannel::~RoomChannel() {
  if (!room_.empty()) rooms_.leave(room_, number_, leave_reason_);
}

Channel::JoinResult RoomChannel::join(std::string_view topic, const Payload& payload) {
  if (topic.size() > RoomRoute::topic_bytes_max) {
    return fail(ErrorCode::limit, fmt::format("topic too long: the limit is {} bytes", RoomRoute::topic_bytes_max));
  }
  const auto route = rooms_.routes_here().route_of(topic);
  if (!route) return fail(ErrorCode::not_found, "unmatched topic");
  if (route->id_of(topic).empty()) return fail(ErrorCode::invalid, "the topic has no room id");

  const SocketRef self = address();
  number_ = rooms_.new_client_here();
  room_ = topic;
  boost::json::object params = client().params;
  params.erase("vsn");
  JoiningClient joining{.number = number_,
                        .channel = self,
                        .subscriber = subscriber_id(),
                        .address = client_address(client().info, rooms_.options().behind_proxy)};
  rooms_.join(topic, std::move(joining), entry::join(number_, to_json(params), to_json(client().assigns), payload),
              answer(as_reply));
  return Later{};
}

Channel::HandleResult RoomChannel::handle_in(std::string_view event, const Payload& payload) {
  rooms_.call(room_, entry::in(number_, event, payload), answer(as_reply));
  return NoReply{};
}

Channel::InfoResult RoomChannel::handle_out(std::string_view event, const Payload& payload) {
  rooms_.take_back(room_, {.client = number_, .event = std::string(event), .payload = payload});
  return NoReply{};
}

void RoomChannel::intercept_drained(ReplyTo drained) { rooms_.await_intercepted(room_, std::move(drained)); }

void RoomChannel::terminate(ChannelEnd reason) { leave_reason_ = reason_of(reason); }

}  // namespace entmoot
