// SPDX-License-Identifier: MIT

#include "room_channel.hpp"

#include "message.hpp"

namespace chat_room {

using namespace entmoot;

Channel::JoinResult RoomChannel::join(std::string_view topic, const Payload&) {
  const auto room = room_of(topic.substr(std::string_view("room:").size()));
  if (!room) return room.error();
  room_ = *room;
  // Joined in the step in which the history arrives here: what the room broadcasts after it comes after it.
  rooms_.get_history(room_, answer([](Result<JsonText> history) -> HandleResult {
                       if (!history) return Reply{"error", reason(history.error())};
                       return Reply{"ok", JsonText::trusted("{\"messages\":" + std::string(history->view()) + "}")};
                     }));
  return Later{};
}

Channel::HandleResult RoomChannel::handle_in(std::string_view event, const Payload& payload) {
  if (event != "send_message") throw UnhandledEvent(event);
  if (payload.is_binary()) return Reply{"error", reason(fail("a message is JSON, not bytes"))};
  const auto message = Message::parse(payload.json().view());
  if (!message) return Reply{"error", reason(message.error())};
  rooms_.send_message(room_, message->sender, message->text, answer());
  return NoReply{};
}

}  // namespace chat_room
