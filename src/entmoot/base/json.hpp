// SPDX-License-Identifier: MIT

#pragma once

// JSON comes in two shapes. `JsonText` is a finished text that is passed on as bytes (a payload on its way from a
// client to a room is never taken apart by us); `Json` is a tree for code that wants to look inside.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/result.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

using Json = boost::json::value;

/// A complete JSON text, valid and without insignificant white space (whoever makes one vouches for that).
/// A value: cheap to copy, may cross shards.
class JsonText {
 public:
  /// `null`. Costs no allocation: most of them are placeholders.
  JsonText() noexcept = default;
  /// The caller knows that `text` is valid and compact: it comes from our parser, our encoder, or the engine's.
  static JsonText trusted(SharedBytes bytes) { return JsonText(std::move(bytes)); }
  static JsonText trusted(std::string_view text) { return JsonText(SharedBytes(text)); }
  /// Throws std::invalid_argument if a string in `value` is not UTF-8. Such a text closes the connection of every
  /// client that reads it, so it fails here, at the one who made it: bytes from outside (a binary payload, a token, a
  /// header) are no text until somebody has looked.
  static JsonText of(const Json& value);

  [[nodiscard]] std::string_view view() const noexcept { return bytes_.empty() ? null : bytes_.view(); }
  [[nodiscard]] SharedBytes bytes() const { return bytes_.empty() ? SharedBytes(null) : bytes_; }
  /// The tree. A text that was vouched for wrongly is an error here, never undefined.
  [[nodiscard]] Result<Json> parse() const;

  friend bool operator==(const JsonText& a, const JsonText& b) noexcept { return a.view() == b.view(); }

 private:
  static constexpr std::string_view null = "null";
  explicit JsonText(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  SharedBytes bytes_;  // no JSON text is empty: none means null
};

/// Strict RFC 8259, nesting at most 64 deep. The error says where. A number beyond a double is the greatest one, so
/// that whatever was read can be written.
[[nodiscard]] Result<Json> parse_json(std::string_view text);
[[nodiscard]] std::string to_json(const Json& value);
/// Appends `text` as a JSON string, quotes included. Non-ASCII stays as UTF-8, '/' is not escaped (as Phoenix encodes).
void append_json_string(std::string& out, std::string_view text);

}  // namespace entmoot
