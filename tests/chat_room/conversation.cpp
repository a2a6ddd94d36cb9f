// SPDX-License-Identifier: MIT

#include "conversation.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
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

std::string Conversation::join(std::string_view name) {
  texts_.clear();
  here_.clear();
  joined_ = has_state_ = false;
  named_ = !name.empty();
  return frame("phx_join", named_ ? to_json(Json{{"name", name}}) : "{}");
}

std::string Conversation::leave() { return frame("phx_leave", "{}"); }

std::string Conversation::say(std::string_view text) {
  std::string payload = R"({"sender":"ann","text":)";
  append_json_string(payload, text);
  return frame("send_message", payload + "}");
}

std::string Conversation::rename(std::string_view name) { return frame("rename", to_json(Json{{"name", name}})); }

std::string Conversation::type(bool typing) { return frame("typing", to_json(Json{{"typing", typing}})); }

std::vector<std::string> Conversation::here() const {
  std::vector<std::string> names;
  for (const auto& [ref, name] : here_) names.push_back(name);
  std::ranges::sort(names);
  return names;
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
  } else if (event == "presence_state" || event == "presence_diff" || event == "typing") {
    REQUIRE(joined_);
    REQUIRE(named_);
    take_company(event, payload);
  } else {
    REQUIRE((event == "phx_error" || event == "phx_close"));
    joined_ = false;
    ++ends_;
  }
}

void Conversation::take_company(std::string_view event, const boost::json::object& payload) {
  const auto each_meta = [](const boost::json::value& presences, const auto& take) {
    for (const auto& [key, value] : presences.as_object()) {
      for (const auto& meta : value.at("metas").as_array()) {
        take(std::string(meta.at("phx_ref").as_string()), std::string(meta.at("name").as_string()));
      }
    }
  };
  const auto joins = [&](const std::string& ref, const std::string& name) {
    const bool first = here_.emplace(ref, name).second;
    REQUIRE(first);
  };
  if (event == "typing") {
    std::string who(payload.at("name").as_string());
    typing_.push_back(payload.at("typing").as_bool() ? who : who + " stops");
  } else if (event == "presence_state") {
    REQUIRE_FALSE(has_state_);
    has_state_ = true;
    each_meta(Json(payload), joins);
  } else {
    if (!has_state_) return;  // the state will have it
    ++diffs_;
    each_meta(payload.at("joins"), joins);
    each_meta(payload.at("leaves"), [&](const std::string& ref, const std::string&) {
      const bool was_here = here_.erase(ref) == 1;
      REQUIRE(was_here);
    });
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
