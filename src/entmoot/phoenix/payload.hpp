// SPDX-License-Identifier: MIT

#pragma once

// What a message carries: a JSON text or bytes (a term or `{:binary, data}` in Phoenix). Both pass through as they
// came: only who consumes a payload parses it.
//
// A value: cheap to copy, may cross shards.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/json.hpp>

#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

namespace entmoot {

/// Bytes of the application, of any content: `return Reply{"ok", Binary{bytes}};`
struct Binary {
  SharedBytes bytes;

  Binary() = default;
  explicit Binary(SharedBytes shared) : bytes(std::move(shared)) {}
  explicit Binary(std::string_view text) : bytes(text) {}

  friend bool operator==(const Binary&, const Binary&) = default;
};

/// A payload of the other kind was expected. Escaping from a callback it ends the channel, as a handler whose pattern
/// does not match does in Phoenix.
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
  /// What pushes and broadcasts may carry: an object or bytes. A compact text tells by its first byte.
  [[nodiscard]] bool is_object_or_binary() const noexcept { return is_binary() || view().starts_with('{'); }

  /// Throws WrongPayload if it is binary.
  [[nodiscard]] const JsonText& json() const {
    if (const auto* json = std::get_if<JsonText>(&value_)) return *json;
    throw WrongPayload("the payload is binary, JSON was expected");
  }
  /// Throws WrongPayload if it is JSON.
  [[nodiscard]] const SharedBytes& binary() const {
    if (const auto* binary = std::get_if<Binary>(&value_)) return binary->bytes;
    throw WrongPayload("the payload is JSON, binary was expected");
  }
  /// The bytes of either.
  [[nodiscard]] std::string_view view() const noexcept {
    if (const auto* binary = std::get_if<Binary>(&value_)) return binary->bytes.view();
    return std::get_if<JsonText>(&value_)->view();
  }

  friend bool operator==(const Payload&, const Payload&) = default;

 private:
  std::variant<JsonText, Binary> value_;
};

}  // namespace entmoot
