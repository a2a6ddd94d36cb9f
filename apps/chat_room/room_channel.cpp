// SPDX-License-Identifier: MIT

#include "room_channel.hpp"

#include "message.hpp"
#include "user_socket.hpp"

#include <entmoot/base/log.hpp>

#include <utility>

namespace chat_room {

using namespace entmoot;

Channel::JoinResult RoomChannel::join(std::string_view topic, const Payload& payload) {
  const auto room = room_of(topic.substr(std::string_view("room:").size()));
  if (!room) return room.error();
  room_ = *room;
  auto name = joining_name(payload.bytes());
  if (!name) return name.error();
  name_ = std::move(*name);
  if (name_.empty()) {
    intercept({"presence_diff", "typing"});
  } else {
    after({}, [this]() -> InfoResult {
      push("presence_state", presence_.list(this->topic()));
      appear();
      return NoReply{};
    });
  }
  // The client is subscribed when the history arrives here, so it receives exactly the broadcasts after the history.
  rooms_.get_history(room_, answer([](Result<JsonText> history) -> HandleResult {
                       if (!history) return Reply{"error", reason(history.error())};
                       return Reply{"ok", JsonText::trusted("{\"messages\":" + std::string(history->view()) + "}")};
                     }));
  return Later{};
}

Channel::HandleResult RoomChannel::handle_in(std::string_view event, const Payload& payload) {
  const auto handle = event == "send_message" ? &RoomChannel::handle_message
                      : event == "rename"     ? &RoomChannel::handle_rename
                      : event == "typing"     ? &RoomChannel::handle_typing
                                              : nullptr;
  if (!handle) throw UnhandledEvent(event);
  if (payload.is_binary())
    return Reply{"error", reason(fail(ErrorCode::invalid, "a message must be JSON, not binary"))};
  return (this->*handle)(payload.json().view());
}

Channel::InfoResult RoomChannel::handle_out(std::string_view, const Payload&) {
  return NoReply{};  // clients without a name do not receive these events
}

Channel::HandleResult RoomChannel::handle_message(std::string_view json) {
  const auto message = Message::parse(json);
  if (!message) return Reply{"error", reason(message.error())};
  rooms_.send_message(room_, message->sender, message->text, answer());
  return NoReply{};
}

Channel::HandleResult RoomChannel::handle_rename(std::string_view json) {
  if (name_.empty())
    return Reply{"error",
                 reason(fail(ErrorCode::unauthorized, "a client that joined without a name cannot change it"))};
  auto name = new_name(json);
  if (!name) return Reply{"error", reason(name.error())};
  const bool news = *name != name_ || !listed_;
  name_ = std::move(*name);
  if (news) appear();
  return Reply{};
}

Channel::HandleResult RoomChannel::handle_typing(std::string_view json) {
  if (name_.empty())
    return Reply{"error",
                 reason(fail(ErrorCode::unauthorized, "a client that joined without a name cannot report typing"))};
  const auto typing = is_typing(json);
  if (!typing) return Reply{"error", reason(typing.error())};
  broadcast_from("typing", JsonText::of({{"name", name_}, {"typing", *typing}}));
  return Reply{};
}

/// Lists the client under its name. If the list is full, the client stays in the room unlisted.
void RoomChannel::appear() {
  const std::string_view key = presence_key(client());
  const auto meta = JsonText::of({{"name", name_}});
  const auto shown = listed_ ? presence_.update(*this, key, meta) : presence_.track(*this, key, meta);
  if (!shown) {
    log::debug("{} is in {} but not listed: {}", log::quoted(name_), log::quoted(topic()), shown.error().reason);
    presence_.untrack(*this, key);  // a previous name must not stay listed
  }
  listed_ = shown.has_value();
}

}  // namespace chat_room
