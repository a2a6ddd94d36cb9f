// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <entmoot/base/utf8.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace entmoot {

namespace {

/// Boost parses a number beyond the range of a double as infinity, and 0e400 as NaN; neither can be serialized as JSON.
void make_finite(Json& value) {
  if (auto* const object = value.if_object()) {
    for (auto& member : *object) make_finite(member.value());
  } else if (auto* const array = value.if_array()) {
    for (auto& element : *array) make_finite(element);
  } else if (auto* const number = value.if_double()) {
    if (std::isnan(*number)) *number = 0;
    if (std::isinf(*number)) *number = std::copysign(std::numeric_limits<double>::max(), *number);
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

Result<Json> JsonText::parse() const { return parse_json(view()); }

Result<Json> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  const auto read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size())
    return fail(ErrorCode::invalid, fmt::format("invalid JSON: unexpected text after the value at byte {}", read));
  if (!error) parser.finish(error);
  if (error) return fail(ErrorCode::invalid, fmt::format("invalid JSON: {} at byte {}", error.message(), read));
  Json value = parser.release();
  make_finite(value);
  return value;
}

std::string to_json(const Json& value) { return boost::json::serialize(value); }

namespace {
/// A number of leading characters that need no escape, found eight at a time; there may be more.
std::size_t plain_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t ones = ~std::uint64_t{0} / 255, tops = ones * 128;
  std::size_t at = 0;
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, 8);
    const std::uint64_t quotes = eight ^ ones * '"', slashes = eight ^ ones * '\\';
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - ones * limit) & ~bytes; };
    if ((below(eight, 0x20) | below(quotes, 1) | below(slashes, 1)) & tops) break;
  }
  return at;
}
}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = plain_prefix(text); i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
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

}  // namespace entmoot
