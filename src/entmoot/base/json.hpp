// SPDX-License-Identifier: MIT

#pragma once

// JSON has two forms. `JsonText` is a complete text that is passed on as bytes (the server never parses a payload on
// its way from a client to a room); `Json` is a tree, for code that reads the contents.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/result.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

using Json = boost::json::value;

/// A complete JSON text, valid and without insignificant white space; its creator guarantees both.
/// A value: cheap to copy, may cross shards.
class JsonText {
 public:
  /// `null`, without an allocation: most of them are placeholders.
  JsonText() noexcept = default;
  /// The caller guarantees that the text is valid and compact: it comes from this library's parser or encoder, or from
  /// the engine's.
  static JsonText trusted(SharedBytes bytes) { return JsonText(std::move(bytes)); }
  static JsonText trusted(std::string_view text) { return JsonText(SharedBytes(text)); }
  /// Throws std::invalid_argument if a string in `value` is not UTF-8: such a text would close the connection of every
  /// client that reads it, so it fails at its creator. Bytes from outside (a binary payload, a token, a header) must be
  /// validated before they become a string in `value`.
  static JsonText of(const Json& value);

  [[nodiscard]] std::string_view view() const noexcept { return bytes_.empty() ? null : bytes_.view(); }
  [[nodiscard]] SharedBytes bytes() const { return bytes_.empty() ? SharedBytes(null) : bytes_; }
  /// The tree. An invalid text that was passed to trusted() is an error here, never undefined behaviour.
  [[nodiscard]] Result<Json> parse() const;
  /// The texts of the elements, if this is an array of at most `most`; otherwise none. Splits without making a tree, in
  /// one pass.
  [[nodiscard]] std::vector<std::string_view> elements(std::size_t most) const;

  friend bool operator==(const JsonText& a, const JsonText& b) noexcept { return a.view() == b.view(); }

 private:
  static constexpr std::string_view null = "null";
  explicit JsonText(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  SharedBytes bytes_;  // empty means null: no JSON text is empty
};

/// Strict RFC 8259, nesting at most 64 deep. The error names the byte offset. A number beyond the range of a double
/// becomes the largest double, so that every parsed value can be serialized.
[[nodiscard]] Result<Json> parse_json(std::string_view text);
[[nodiscard]] std::string to_json(const Json& value);
/// Appends `text` as a JSON string, quotes included. Non-ASCII stays as UTF-8, '/' is not escaped (as Phoenix encodes).
void append_json_string(std::string& out, std::string_view text);

}  // namespace entmoot
