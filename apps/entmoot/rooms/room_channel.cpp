// SPDX-License-Identifier: MIT

#include "room_channel.hpp"

#include "app.hpp"
#include "client_address.hpp"
#include "rooms.hpp"
#include "wire.hpp"

#include <fmt/format.h>

#include <utility>

namespace entmoot_app {

using namespace entmoot;

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

}  // namespace

RoomChannel::~RoomChannel() {
  if (!room_.empty()) rooms_.leave(room_, id_, leaves_because_);
}

Channel::JoinResult RoomChannel::join(std::string_view topic, const Payload& payload) {
  if (topic.size() > Route::topic_bytes_max) {
    return fail(fmt::format("a topic has at most {} bytes", Route::topic_bytes_max));
  }
  const App& app = rooms_.app_here();
  const auto route = app.route_of(topic);
  if (!route) return fail("unmatched topic");
  if (route->id_of(topic).empty()) return fail("the topic names no room");

  const SocketRef self = address();
  id_ = fmt::format("{}.{}.{}", self.shard->index(), static_cast<std::uint64_t>(self.socket), self.incarnation);
  room_ = topic;
  boost::json::object params = client().params;
  params.erase("vsn");
  std::string args = "[";
  append_json_string(args, id_);
  args.append(",").append(to_json(params)).append(",").append(to_json(client().assigns)).append(",");
  append_payload(args, payload);
  args += ']';
  Guest guest{.id = id_,
              .channel = self,
              .subscriber = subscriber_id(),
              .address = client_address(client().info, app.config.proxy)};
  rooms_.join(topic, std::move(guest), JsonText::trusted(args),
              answer([](const Result<JsonText>& result) -> HandleResult { return reply_from(result); }));
  return Later{};
}

Channel::HandleResult RoomChannel::handle_in(std::string_view event, const Payload& payload) {
  rooms_.call(room_, "entmoot:in", event_args(id_, event, payload),
              answer([](const Result<JsonText>& result) -> HandleResult { return reply_from(result); }));
  return NoReply{};
}

Channel::InfoResult RoomChannel::handle_out(std::string_view event, const Payload& payload) {
  rooms_.hand_out(room_, {.client = id_, .event = std::string(event), .payload = payload});
  return NoReply{};
}

void RoomChannel::handled_out(ReplyTo passed) { rooms_.tell_when_passed(room_, std::move(passed)); }

void RoomChannel::terminate(ChannelEnd reason) { leaves_because_ = reason_of(reason); }

}  // namespace entmoot_app
