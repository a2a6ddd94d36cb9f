// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_command.hpp>

#include <entmoot/base/utf8.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace entmoot {

namespace {

/// What a value is that has the wrong kind.
std::string_view kind_of(const js::Value& value) noexcept {
  if (value.kind == js::Value::Kind::text) return "a string";
  if (value.kind == js::Value::Kind::number) return "a number";
  switch (value.content.empty() ? ' ' : value.content.front()) {
    case '[': return "an array";
    case '"': return "a string";
    case 't':
    case 'f': return "a boolean";
    case 'n': return "null";
    case '{': return "an object";
    default: return "a number";
  }
}

/// Reads operands in order and records the first mismatch.
class Operands {
 public:
  explicit Operands(std::span<const js::Value> values) : values_(values) {}

  ClientNumber client() {
    const js::Value* value = next();
    if (value && value->kind != js::Value::Kind::number) problem_ = "expected a client's number";
    return value ? static_cast<ClientNumber>(value->number) : 0;
  }
  /// A name: of an event, a topic, a presence.
  std::string text() {
    const js::Value* value = next();
    if (!value) return {};
    if (value->kind != js::Value::Kind::text) problem_ = "expected a string";
    if (value->content.size() > room_name_bytes_max) {
      problem_ = "the name of an event, a topic or a presence must not exceed 1024 bytes";
      return {};
    }
    return std::string(value->content);
  }
  /// A text for people, cut to the length of a name.
  std::string reason() {
    const js::Value* value = next();
    if (value && value->kind != js::Value::Kind::text) problem_ = "expected a string";
    return value ? std::string(utf8_prefix(value->content, room_name_bytes_max)) : std::string();
  }
  /// A JSON text that the script has written.
  JsonText json() {
    const js::Value* value = next();
    if (value && value->kind != js::Value::Kind::text) problem_ = "expected a JSON text";
    if (value && value->content.size() > room_message_bytes_max) {
      problem_ = "the message exceeds 1 MB";
      return {};
    }
    return value ? JsonText::trusted(value->content) : JsonText();
  }
  /// A payload for clients: an object or bytes.
  Payload payload() {
    const js::Value* value = next();
    if (!value) return {};
    if (value->content.size() > room_message_bytes_max) {
      problem_ = too_long_for_clients;
      return {};
    }
    if (value->kind == js::Value::Kind::bytes) return Binary(value->content);
    if (value->kind != js::Value::Kind::json || !value->content.starts_with('{')) {
      problem_ = fmt::format(
          "the payload of a message to clients must be an object or bytes (an ArrayBuffer, or a view of one), not {}",
          kind_of(*value));
      return {};
    }
    return JsonText::trusted(value->content);
  }

  /// `command`, unless an operand was missing, superfluous or of another kind.
  template <class T>
  Result<RoomCommand> into(T command) const {
    if (!problem_.empty()) return fail(ErrorCode::invalid, problem_);
    if (at_ != values_.size()) return fail(ErrorCode::invalid, "too many operands");
    return RoomCommand(std::move(command));
  }

 private:
  const js::Value* next() {
    if (at_ < values_.size()) return &values_[at_++];
    problem_ = "missing operand";
    return nullptr;
  }

  std::span<const js::Value> values_;
  std::size_t at_ = 0;
  std::string problem_;
};

using Decode = Result<RoomCommand> (*)(Operands);

struct Row {
  std::string_view name;
  Decode decode;
};

// Braced initialisers are evaluated from left to right, so operands are read in the order of the members.
constexpr Row rows[] = {
    {"broadcast",
     [](Operands in) {
       return in.into(command::Broadcast{in.client(), in.text(), in.payload()});
     }},
    {"push",
     [](Operands in) {
       return in.into(command::Push{in.client(), in.text(), in.payload()});
     }},
    {"leave", [](Operands in) { return in.into(command::Leave{in.client()}); }},
    {"disconnect", [](Operands in) { return in.into(command::Disconnect{in.client()}); }},
    {"track",
     [](Operands in) {
       return in.into(command::Track{in.client(), in.text(), in.json()});
     }},
    {"untrack",
     [](Operands in) {
       return in.into(command::Untrack{in.client(), in.text()});
     }},
    {"joined", [](Operands in) { return in.into(command::Joined{in.client()}); }},
    // NOLINTNEXTLINE(performance-unnecessary-value-param): the type is Decode's
    {"usePresence", [](Operands in) { return in.into(command::UsePresence{}); }},
    {"send",
     [](Operands in) {
       return in.into(command::Send{in.text(), in.json()});
     }},
    {"sendStarting",
     [](Operands in) {
       return in.into(command::Send{in.text(), in.json(), true});
     }},
    {"stop", [](Operands in) { return in.into(command::Stop{in.reason()}); }},
};

}  // namespace

Result<RoomCommand> decode_room_command(std::string_view name, std::span<const js::Value> operands) {
  for (const Row& row : rows) {
    if (row.name == name) return row.decode(Operands(operands));
  }
  return fail(ErrorCode::not_found, fmt::format("no command \"{}\"", name));
}

}  // namespace entmoot
