// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_command.hpp>

#include <entmoot/base/utf8.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace entmoot {

namespace {

/// Reads operands in order and records the first mismatch.
class Operands {
 public:
  explicit Operands(std::span<const js::Value> values) : values_(values) {}

  /// A name: of an event, a client, a topic, a presence.
  std::string text() {
    const js::Value* value = next();
    if (!value) return {};
    if (value->kind != js::Value::Kind::text) problem_ = "expected a string, got bytes";
    if (value->content.size() > room_name_bytes_max) {
      problem_ = "the name of an event, a topic, a client or a presence must not exceed 1024 bytes";
      return {};
    }
    return std::string(value->content);
  }
  /// A text for people, cut to the length of a name.
  std::string reason() {
    const js::Value* value = next();
    if (value && value->kind != js::Value::Kind::text) problem_ = "expected a string, got bytes";
    return value ? std::string(utf8_prefix(value->content, room_name_bytes_max)) : std::string();
  }
  /// A JSON text of any kind.
  JsonText json() {
    const js::Value* value = next();
    if (value && value->kind != js::Value::Kind::text) problem_ = "expected JSON, got bytes";
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
    if (!value->content.starts_with('{')) problem_ = "a message to clients must be an object or a Uint8Array";
    return JsonText::trusted(value->content);
  }

  /// `command`, unless an operand was missing, superfluous or of another kind.
  template <class T>
  Result<RoomCommand> into(T command) const {
    if (problem_) return fail(ErrorCode::invalid, problem_);
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
  const char* problem_ = nullptr;
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
       return in.into(command::Broadcast{in.text(), in.text(), in.payload()});
     }},
    {"push",
     [](Operands in) {
       return in.into(command::Push{in.text(), in.text(), in.payload()});
     }},
    {"leave", [](Operands in) { return in.into(command::Leave{in.text()}); }},
    {"disconnect", [](Operands in) { return in.into(command::Disconnect{in.text()}); }},
    {"track",
     [](Operands in) {
       return in.into(command::Track{in.text(), in.text(), in.json()});
     }},
    {"untrack",
     [](Operands in) {
       return in.into(command::Untrack{in.text(), in.text()});
     }},
    {"joined", [](Operands in) { return in.into(command::Joined{in.text()}); }},
    {"usePresence", [](Operands in) { return in.into(command::UsePresence{}); }},
    {"send",
     [](Operands in) {
       return in.into(command::Send{in.text(), in.json()});
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
