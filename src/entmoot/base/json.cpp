// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <entmoot/base/utf8.hpp>

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value_stack.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace entmoot {

namespace {

/// The unit of UTF-16 that the escape at `at` stands for; none if there is no escape with four hexadecimal digits.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) noexcept {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + at + 6;
  const auto read = std::from_chars(text.data() + at + 2, end, unit, 16);
  return read.ec == std::errc() && read.ptr == end ? std::optional(unit) : std::nullopt;
}

bool is_high(unsigned unit) noexcept { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(unsigned unit) noexcept { return unit >= 0xdc00 && unit <= 0xdfff; }

void append_code_point(std::string& out, unsigned c) {
  const auto byte = [&out](unsigned value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      byte(0xe0 | c >> 12);
    } else {
      byte(0xf0 | c >> 18);
      byte(0x80 | (c >> 12 & 63));
    }
    byte(0x80 | (c >> 6 & 63));
  }
  byte(0x80 | (c & 63));
}

/// Calls `found` with the place of each escape of a lone surrogate.
template <class Found>
void each_lone_surrogate(std::string_view text, const Found& found) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const auto unit = unit_at(text, at);
    if (!unit) {
      at += 2;
      continue;
    }
    const auto next = is_high(*unit) ? unit_at(text, at + 6) : std::nullopt;
    if (next && is_low(*next)) {
      at += 12;
      continue;
    }
    if (is_high(*unit) || is_low(*unit)) found(at, *unit);
    at += 6;
  }
}

/// Boost's parser refuses lone surrogates, but takes their bytes.
std::string with_surrogates_as_bytes(std::string_view text) {
  std::string out;
  std::size_t from = 0;
  each_lone_surrogate(text, [&](std::size_t at, unsigned unit) {
    out.append(text, from, at - from);
    append_code_point(out, unit);
    from = at + 6;
  });
  if (from > 0) out.append(text, from);
  return out;
}

/// Makes the tree. Boost's own handler takes a double that Boost has computed, which may be some steps off.
struct TreeBuilder {
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  using Code = boost::system::error_code;
  using Text = boost::json::string_view;
  boost::json::value_stack values;

  bool on_document_begin(Code&) { return values.reset(), true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t count, Code&) { return values.push_object(count), true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t count, Code&) { return values.push_array(count), true; }
  bool on_key_part(Text text, std::size_t, Code&) { return values.push_chars(text), true; }
  bool on_key(Text text, std::size_t, Code&) { return values.push_key(text), true; }
  bool on_string_part(Text text, std::size_t, Code&) { return values.push_chars(text), true; }
  bool on_string(Text text, std::size_t, Code&) { return values.push_string(text), true; }
  bool on_number_part(Text, Code&) { return true; }  // the whole text is given at once
  bool on_int64(std::int64_t number, Text text, Code&) {
    if (number == 0 && text.starts_with('-')) return values.push_double(-0.0), true;
    return values.push_int64(number), true;
  }
  bool on_uint64(std::uint64_t number, Text, Code&) { return values.push_uint64(number), true; }
  bool on_double(double near, Text text, Code&) { return values.push_double(finite(near, text)), true; }
  bool on_bool(bool value, Code&) { return values.push_bool(value), true; }
  bool on_null(Code&) { return values.push_null(), true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  static double finite(double near, Text text) noexcept {
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc() && std::isfinite(number)) return number;
    // Beyond the range of a double. Boost gives infinity, but NaN for 0e400.
    const double greatest = std::isinf(near) ? std::numeric_limits<double>::max() : 0;
    return text.starts_with('-') ? -greatest : greatest;
  }
};

void append_value(std::string& out, const Json& value);

void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {  // set by code of ours: no parsed number is
    out += "null";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_object(std::string& out, const boost::json::object& object) {
  char before = '{';
  for (const auto& [name, value] : object) {
    out.push_back(std::exchange(before, ','));
    append_json_string(out, name);
    out.push_back(':');
    append_value(out, value);
  }
  if (before == '{') out.push_back(before);
  out.push_back('}');
}

void append_array(std::string& out, const boost::json::array& array) {
  char before = '[';
  for (const Json& value : array) {
    out.push_back(std::exchange(before, ','));
    append_value(out, value);
  }
  if (before == '[') out.push_back(before);
  out.push_back(']');
}

void append_value(std::string& out, const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null: out += "null"; return;
    case boost::json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    case boost::json::kind::int64: out += std::to_string(value.get_int64()); return;
    case boost::json::kind::uint64: out += std::to_string(value.get_uint64()); return;
    case boost::json::kind::double_: return append_double(out, value.get_double());
    case boost::json::kind::string: return append_json_string(out, value.get_string());
    case boost::json::kind::array: return append_array(out, value.get_array());
    case boost::json::kind::object: return append_object(out, value.get_object());
  }
}

}  // namespace

JsonText JsonText::of(const Json& value) {
  const std::string text = to_json(value);
  if (!is_utf8(text)) throw std::invalid_argument("a string in a JSON value is not UTF-8");
  return trusted(std::string_view(text));
}

std::vector<std::string_view> JsonText::elements(std::size_t most) const {
  const std::string_view text = view();
  std::vector<std::string_view> elements;
  if (text.size() < 2 || text.front() != '[' || text == "[]") return elements;
  std::size_t depth = 0;
  std::size_t begin = 1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        // To the closing quote; an escape takes two characters.
        for (++at; at < text.size() && text[at] != '"'; ++at) {
          if (text[at] == '\\') ++at;
        }
        break;
      case '[':
      case '{': ++depth; break;
      case ']':
      case '}':
        if (--depth > 0) break;
        if (elements.size() == most) return {};
        elements.push_back(text.substr(begin, at - begin));
        return elements;
      case ',':
        if (depth > 1) break;
        if (elements.size() == most) return {};
        elements.push_back(text.substr(begin, at - begin));
        begin = at + 1;
        break;
      default: break;
    }
  }
  return {};  // not valid: see trusted()
}

std::size_t json_array_head(std::string_view text, std::size_t count) noexcept {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
      }
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (depth-- <= 1) return 0;
    } else if (c == ',' && depth == 1 && --count == 0) {
      return at;
    }
  }
  return 0;
}

Result<Json> JsonText::parse(std::size_t depth_max) const { return parse_json(view(), depth_max); }

Result<Json> parse_json(std::string_view text, std::size_t depth_max) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  // Only the bytes that come from escapes may not be UTF-8.
  const std::string rewritten = with_surrogates_as_bytes(text);
  if (!rewritten.empty() && is_utf8(text)) {
    options.allow_invalid_utf8 = true;
    text = rewritten;
  }
  boost::json::basic_parser<TreeBuilder> parser(options);
  boost::system::error_code error;
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size())
    return fail(ErrorCode::invalid, fmt::format("invalid JSON: unexpected text after the value at byte {}", read));
  if (error) return fail(ErrorCode::invalid, fmt::format("invalid JSON: {} at byte {}", error.message(), read));
  return parser.handler().values.release();
}

std::string to_json(const Json& value) {
  std::string out;
  append_value(out, value);
  return out;
}

namespace {
constexpr unsigned char surrogate_lead = 0xed;  // of three bytes that may be half of a pair

/// A number of leading characters that need no escape, found eight at a time; there may be more.
std::size_t plain_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t ones = ~std::uint64_t{0} / 255, tops = ones * 128;
  std::size_t at = 0;
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, 8);
    const std::uint64_t quotes = eight ^ ones * '"', slashes = eight ^ ones * '\\';
    const std::uint64_t leads = eight ^ ones * surrogate_lead;
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - ones * limit) & ~bytes; };
    if ((below(eight, 0x20) | below(quotes, 1) | below(slashes, 1) | below(leads, 1)) & tops) break;
  }
  return at;
}

/// The surrogate whose three bytes are at `at`.
std::optional<unsigned> surrogate_at(std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < 3) return std::nullopt;
  const auto second = static_cast<unsigned char>(text[at + 1]), third = static_cast<unsigned char>(text[at + 2]);
  if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) return std::nullopt;
  return 0xd000u | (second & 63u) << 6 | (third & 63u);
}
}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  const auto is_plain = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != '"' && byte != '\\' && byte != surrogate_lead;
  };
  std::size_t i = plain_prefix(text);
  while (i < text.size() && is_plain(text[i])) ++i;
  if (i == text.size()) {  // nearly every text
    const std::size_t at = out.size();
    out.resize(at + text.size() + 2, '"');
    text.copy(out.data() + at + 1, text.size());
    return;
  }
  out.push_back('"');
  std::size_t from = 0;
  for (; i < text.size(); ++i) {
    if (is_plain(text[i])) continue;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == surrogate_lead) {
      const auto unit = surrogate_at(text, i);
      if (!unit) continue;
      out.append(text, from, i - from);
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", *unit);
      from = i + 3;
      i += 2;
      continue;
    }
    out.append(text, from, i - from);
    from = i + 1;
    switch (c) {
      case '"': out.append("\\\""); break;
      case '\\': out.append("\\\\"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default: out.append({'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]});
    }
  }
  out.append(text, from, text.size() - from);
  out.push_back('"');
}

void append_unescaped(std::string& out, std::string_view quoted) {
  for (std::size_t at = 0; at < quoted.size();) {
    const std::size_t escape = std::min(quoted.find('\\', at), quoted.size());
    out.append(quoted, at, escape - at);
    at = escape;
    if (at + 1 >= quoted.size()) return;
    if (const auto unit = unit_at(quoted, at)) {
      const auto next = is_high(*unit) ? unit_at(quoted, at + 6) : std::nullopt;
      const bool pair = next && is_low(*next);
      append_code_point(out, pair ? 0x10000 + ((*unit - 0xd800) << 10) + (*next - 0xdc00) : *unit);
      at += pair ? 12 : 6;
      continue;
    }
    constexpr std::string_view letters = "bfnrt", meanings = "\b\f\n\r\t";
    const auto letter = letters.find(quoted[at + 1]);
    out.push_back(letter == std::string_view::npos ? quoted[at + 1] : meanings[letter]);
    at += 2;
  }
}

}  // namespace entmoot
