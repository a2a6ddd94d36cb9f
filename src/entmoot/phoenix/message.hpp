// SPDX-License-Identifier: MIT

#pragma once

// The messages of the Channels protocol, independent of the serializer: one type for messages from a client, three for
// messages from the server. All are plain values and may cross shards.

#include <entmoot/base/json.hpp>
#include <entmoot/phoenix/payload.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

/// A join_ref or ref: chosen by the client, opaque to the server, echoed with its JSON type unchanged. Compared
/// strictly: `1` is not `"1"`. A string has one canonical spelling, whatever escapes the client used.
class Ref {
 public:
  /// `null`: no ref.
  Ref() : token_("null") {}
  static Ref of(std::string_view text) {
    std::string token;
    append_json_string(token, text);
    return Ref(std::move(token));
  }
  /// `token` is a compact JSON value other than a string.
  static Ref raw(std::string token) { return Ref(std::move(token)); }

  /// The JSON text.
  [[nodiscard]] std::string_view token() const noexcept { return token_; }
  /// The contents, if it is a string.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] bool is_null() const noexcept { return token_ == "null"; }
  /// `null`, or the empty string that some clients (in Go) send instead. Both match any channel.
  [[nodiscard]] bool is_absent() const noexcept { return is_null() || token_ == "\"\""; }

  friend bool operator==(const Ref&, const Ref&) = default;

 private:
  explicit Ref(std::string token) : token_(std::move(token)) {}
  std::string token_;
};

/// A topic or an event as the client sent it: nearly always a string. Any other JSON value is legal too; such a topic
/// has no route and is echoed, such an event reaches the channel, which will not handle it.
class Label {
 public:
  Label(std::string text) : text_(std::move(text)) {}
  Label(std::string_view text) : text_(text) {}
  Label(const char* text) : text_(text) {}
  /// `token` is a compact JSON value other than a string.
  static Label raw(std::string token) {
    Label label(std::move(token));
    label.is_string_ = false;
    return label;
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool is_string() const noexcept { return is_string_; }
  [[nodiscard]] bool is(std::string_view text) const noexcept { return is_string_ && text_ == text; }

  friend bool operator==(const Label&, const Label&) = default;

 private:
  std::string text_;
  bool is_string_ = true;
};

/// From the client (Phoenix.Socket.Message).
struct Message {
  Ref join_ref;
  Ref ref;
  Label topic;
  Label event;
  Payload payload;

  friend bool operator==(const Message&, const Message&) = default;
};

/// The reply to one ref (Phoenix.Socket.Reply); on the wire the event `phx_reply`. `response` is any JSON value, or
/// bytes.
struct PhxReply {
  Ref join_ref;
  Ref ref;
  Label topic;
  std::string status;
  Payload response;
};

/// To one client, on one channel. `phx_close` and `phx_error` carry the join_ref in both slots; everything else has no
/// ref. `payload` is an object or bytes.
struct Push {
  Ref join_ref;
  Ref ref = {};
  std::string topic;
  std::string event;
  Payload payload;
};

/// To all subscribers of a topic (Phoenix.Socket.Broadcast). `payload` is an object or bytes.
struct Broadcast {
  std::string topic;
  std::string event;
  Payload payload;
  std::uint64_t offset = 0;  ///< Its number among those of its topic, for subscribers that count; 0: it has none.

  friend bool operator==(const Broadcast&, const Broadcast&) = default;
};

/// The ref that a broadcast has for subscribers that count (docs/durability.md): "@12". Clients number their own refs
/// and ignore it otherwise.
[[nodiscard]] inline Ref offset_ref(std::uint64_t offset) { return Ref::of("@" + std::to_string(offset)); }

/// `{}`
[[nodiscard]] inline const JsonText& empty_object() {
  static const JsonText text = JsonText::trusted(std::string_view("{}"));
  return text;
}

/// `{"reason": …}`: the response of every error reply made by the server itself.
[[nodiscard]] inline JsonText reason_object(std::string_view reason) {
  std::string text = R"({"reason":)";
  append_json_string(text, reason);
  text += '}';
  return JsonText::trusted(std::string_view(text));
}

}  // namespace entmoot
