// SPDX-License-Identifier: MIT

#include "message.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace chat_room {

using namespace entmoot;

namespace {

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<std::string> field(const boost::json::object& object, std::string_view name, std::size_t characters_max) {
  const auto* value = object.if_contains(name);
  if (!value) return fail(ErrorCode::invalid, fmt::format("\"{}\" is missing", name));
  if (!value->is_string()) return fail(ErrorCode::invalid, fmt::format("\"{}\" must be a string", name));
  const std::string_view text = value->get_string();
  if (text.empty()) return fail(ErrorCode::invalid, fmt::format("\"{}\" is empty", name));
  const std::size_t count = characters(text);
  if (count > characters_max) {
    return fail(ErrorCode::invalid,
                fmt::format("\"{}\" has {} characters; {} are allowed", name, count, characters_max));
  }
  return std::string(text);
}

}  // namespace

Result<Message> Message::parse(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return value.error();
  if (!value->is_object())
    return fail(ErrorCode::invalid, R"(a message must be an object: {"sender": "…", "text": "…"})");
  auto sender = field(value->get_object(), "sender", sender_characters_max);
  if (!sender) return sender.error();
  auto text = field(value->get_object(), "text", text_characters_max);
  if (!text) return text.error();
  return Message{std::move(*sender), std::move(*text)};
}

Result<std::string> joining_name(std::string_view payload) {
  const auto value = parse_json(payload);
  if (!value || !value->is_object() || !value->get_object().contains("name")) return std::string();
  return field(value->get_object(), "name", sender_characters_max);
}

Result<std::string> new_name(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return value.error();
  if (!value->is_object()) return fail(ErrorCode::invalid, R"(the payload must be an object: {"name": "…"})");
  return field(value->get_object(), "name", sender_characters_max);
}

Result<bool> is_typing(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return value.error();
  const auto* typing = value->is_object() ? value->get_object().if_contains("typing") : nullptr;
  if (!typing || !typing->is_bool()) return fail(ErrorCode::invalid, R"("typing" must be true or false)");
  return typing->get_bool();
}

Result<std::string> room_of(std::string_view name) {
  if (name.empty()) return fail(ErrorCode::invalid, "the room name is empty");
  if (name.size() > room_bytes_max)
    return fail(ErrorCode::limit, fmt::format("a room name is limited to {} bytes", room_bytes_max));
  return std::string(name);
}

JsonText reason(const Error& error) {
  std::string text = "{\"reason\":";
  append_json_string(text, error.reason);
  return JsonText::trusted(text + "}");
}

}  // namespace chat_room
