// SPDX-License-Identifier: MIT

#include "conversation.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

namespace chat_room {

using namespace entmoot;

std::string Answered::reason() const {
  const auto* reason = response.is_object() ? response.get_object().if_contains("reason") : nullptr;
  return reason && reason->is_string() ? std::string(reason->get_string()) : "";
}

std::string Conversation::frame(std::string_view event, std::string_view payload) {
  ++last_ref_;
  if (event == "phx_join") join_ref_ = last_ref_;
  std::string topic;
  append_json_string(topic, topic_);
  return fmt::format(R"(["{}","{}",{},"{}",{}])", join_ref_, last_ref_, topic, event, payload);
}

std::string Conversation::join() {
  texts_.clear();
  joined_ = false;
  return frame("phx_join", "{}");
}

std::string Conversation::leave() { return frame("phx_leave", "{}"); }

std::string Conversation::say(std::string_view text) {
  std::string payload = R"({"sender":"ann","text":)";
  append_json_string(payload, text);
  return frame("send_message", payload + "}");
}

const Answered* Conversation::answer(unsigned ref) const {
  const auto found = answers_.find(ref);
  return found == answers_.end() ? nullptr : &found->second;
}

void Conversation::take(std::string_view text) {
  CAPTURE(text);
  const auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  const auto& parts = parsed->as_array();
  REQUIRE(parts.size() == 5);
  REQUIRE(parts[2] == Json(topic_));
  const std::string_view event = parts[3].as_string();
  const auto& payload = parts[4].as_object();
  if (event == "phx_reply") {
    take_reply(std::string(parts[1].as_string()), payload);
  } else if (event == "new_message") {
    REQUIRE(joined_);
    texts_.emplace_back(payload.at("text").as_string());
  } else {
    REQUIRE((event == "phx_error" || event == "phx_close"));
    joined_ = false;
    ++ends_;
  }
}

void Conversation::take_reply(const std::string& ref, const boost::json::object& payload) {
  const auto number = static_cast<unsigned>(std::atoi(ref.c_str()));
  const Answered answered{std::string(payload.at("status").as_string()), payload.at("response")};
  if (number == join_ref_ && answered.status == "ok") {
    joined_ = true;
    for (const auto& message : answered.response.at("messages").as_array()) {
      texts_.emplace_back(message.at("text").as_string());
    }
  }
  const bool first = answers_.emplace(number, answered).second;
  REQUIRE(first);  // one answer to one ref
}

}  // namespace chat_room
