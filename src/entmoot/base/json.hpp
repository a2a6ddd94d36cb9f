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

/// The deepest nesting of a payload, which passes as a text.
inline constexpr std::size_t json_depth_max = 512;
/// The deepest nesting of a text that becomes a tree, unless its reader allows more. Parsing recurses, and a fiber's
/// stack is small; a reader of payloads runs on a thread's own stack and passes json_wrapped_depth_max.
inline constexpr std::size_t json_tree_depth_max = 64;
/// A payload within what the server puts around it: a message, an answer, a list of arguments.
inline constexpr std::size_t json_wrapped_depth_max = json_depth_max + 8;

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
  /// Throws std::invalid_argument if a string in `value` is not UTF-8 (but for lone surrogates, see parse_json()): such
  /// a text would close the connection of every client that reads it, so it fails at its creator. Bytes from outside (a
  /// binary payload, a token, a header) must be validated before they become a string in `value`.
  static JsonText of(const Json& value);

  [[nodiscard]] std::string_view view() const noexcept { return bytes_.empty() ? null : bytes_.view(); }
  [[nodiscard]] SharedBytes bytes() const { return bytes_.empty() ? SharedBytes(null) : bytes_; }
  /// The tree. An invalid text that was passed to trusted() is an error here, never undefined behaviour.
  [[nodiscard]] Result<Json> parse(std::size_t depth_max = json_tree_depth_max) const;
  /// The texts of the elements, if this is an array of at most `most`; otherwise none. Splits without making a tree, in
  /// one pass.
  [[nodiscard]] std::vector<std::string_view> elements(std::size_t most) const;

  friend bool operator==(const JsonText& a, const JsonText& b) noexcept { return a.view() == b.view(); }

 private:
  static constexpr std::string_view null = "null";
  explicit JsonText(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  SharedBytes bytes_;  // empty means null: no JSON text is empty
};

/// The size of the beginning of an array that holds its first `count` elements, without the comma behind them; 0 if
/// `text` holds fewer. `text` may end anywhere.
[[nodiscard]] std::size_t json_array_head(std::string_view text, std::size_t count) noexcept;

/// Strict RFC 8259. The error names the byte offset. A number with a fraction or an exponent, or beyond 64 bits,
/// becomes the double that is nearest to it; one beyond the range of a double becomes the largest double, so that every
/// parsed value can be serialized. An escape of a lone surrogate (RFC 8259, section 8.2), such as JSON.stringify writes
/// for half an emoji, becomes the three bytes of that code point, which are not UTF-8 (WTF-8); a pair is one code
/// point.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::size_t depth_max = json_tree_depth_max);
/// A double as the shortest text that reads back as the same double; lone surrogates as escapes.
[[nodiscard]] std::string to_json(const Json& value);
/// Appends `text` as a JSON string, quotes included. Non-ASCII stays as UTF-8, '/' is not escaped (as Phoenix encodes),
/// a lone surrogate becomes an escape.
void append_json_string(std::string& out, std::string_view text);
/// Appends the contents of a JSON string, `quoted` without its quotes, as parse_json() reads it. The caller guarantees
/// that its escapes are valid.
void append_unescaped(std::string& out, std::string_view quoted);

}  // namespace entmoot
