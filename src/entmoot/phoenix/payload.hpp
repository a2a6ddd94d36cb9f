// SPDX-License-Identifier: MIT

#pragma once

// The payload of a message: a JSON text or bytes (a term or `{:binary, data}` in Phoenix). Both pass through unchanged;
// a payload is parsed only by its consumer.
//
// A value: cheap to copy, may cross shards.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/json.hpp>

#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

namespace entmoot {

/// Bytes of any content: `return Reply{"ok", Binary{bytes}};`
struct Binary {
  SharedBytes bytes;

  Binary() = default;
  explicit Binary(SharedBytes shared) : bytes(std::move(shared)) {}
  explicit Binary(std::string_view text) : bytes(text) {}

  friend bool operator==(const Binary&, const Binary&) = default;
};

/// A payload of the other kind was expected. If it escapes a callback it ends the channel, like a failed pattern match
/// in Phoenix.
class WrongPayload : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

class Payload {
 public:
  /// The JSON text `null`.
  Payload() = default;
  Payload(JsonText json) : value_(std::move(json)) {}
  Payload(Binary binary) : value_(std::move(binary)) {}

  [[nodiscard]] bool is_binary() const noexcept { return std::holds_alternative<Binary>(value_); }
  /// Whether a push or broadcast may carry it: an object or bytes. (The first byte of a compact text decides.)
  [[nodiscard]] bool is_object_or_binary() const noexcept { return is_binary() || bytes().starts_with('{'); }

  /// Throws WrongPayload if it is binary.
  [[nodiscard]] const JsonText& json() const {
    if (const auto* json = std::get_if<JsonText>(&value_)) return *json;
    throw WrongPayload("expected a JSON payload, got a binary one");
  }
  /// Throws WrongPayload if it is JSON.
  [[nodiscard]] const SharedBytes& binary() const {
    if (const auto* binary = std::get_if<Binary>(&value_)) return binary->bytes;
    throw WrongPayload("expected a binary payload, got a JSON one");
  }
  /// The bytes of either. Not JSON text if it is binary: use json() where JSON is required.
  [[nodiscard]] std::string_view bytes() const noexcept {
    if (const auto* binary = std::get_if<Binary>(&value_)) return binary->bytes.view();
    return std::get_if<JsonText>(&value_)->view();
  }

  friend bool operator==(const Payload&, const Payload&) = default;

 private:
  std::variant<JsonText, Binary> value_;
};

}  // namespace entmoot
