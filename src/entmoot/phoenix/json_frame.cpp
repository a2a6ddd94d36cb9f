// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/json_frame.hpp>

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <deque>
#include <string>

namespace entmoot {

namespace {

namespace ondemand = simdjson::ondemand;

const char* skip_white(const char* at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') ++at;
  return at;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* at) {
  while (is_digit(*at)) ++at;
  return at;
}

bool is_hex4(const char* at) {
  return std::all_of(at, at + 4, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

/// Skips a string whose first byte (after the quote) is `at`. Returns the byte after the closing quote, or nullptr if
/// the string is not valid JSON. simdjson checks escapes only when the value is read.
const char* skip_string(const char* at) {
  for (;;) {
    const char c = *at++;
    if (c == '"') return at;
    if (static_cast<unsigned char>(c) < 0x20) return nullptr;
    if (c != '\\') continue;
    const char escape = *at++;
    if (escape != 'u') {
      if (escape == '\0' || !std::strchr("\"\\/bfnrt", escape)) return nullptr;
      continue;
    }
    if (!is_hex4(at)) return nullptr;
    at += 4;
  }
}

/// Skips a number by the grammar of RFC 8259 §6. `is_real`: it has a fraction or an exponent, and has to fit a double.
const char* skip_number(const char* at, bool& is_real) {
  is_real = false;
  if (*at == '-') ++at;
  if (!is_digit(*at)) return nullptr;
  at = *at == '0' ? at + 1 : skip_digits(at);
  if (*at == '.') {
    is_real = true;
    if (!is_digit(*++at)) return nullptr;
    at = skip_digits(at);
  }
  if (*at == 'e' || *at == 'E') {
    is_real = true;
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (!is_digit(*at)) return nullptr;
    at = skip_digits(at);
  }
  return at;
}

const char* skip_literal(const char* at, std::string_view literal) {
  return std::string_view(at, literal.size()) == literal ? at + literal.size() : nullptr;
}

const char* start_of(ondemand::value& value) { return value.raw_json_token().data(); }

const char* skip_value(ondemand::value& value, int depth_left);

const char* skip_by_type(ondemand::value& value, int depth_left) {
  ondemand::json_type type;
  if (value.type().get(type)) return nullptr;
  const char* end = start_of(value);
  switch (type) {
    case ondemand::json_type::string: return skip_string(end + 1);
    case ondemand::json_type::null: return skip_literal(end, "null");
    case ondemand::json_type::boolean: return skip_literal(end, *end == 't' ? "true" : "false");
    case ondemand::json_type::number: {
      bool is_real = false;
      end = skip_number(end, is_real);
      double real = 0;
      if (end && is_real && value.get_double().get(real)) return nullptr;
      return end;
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      if (depth_left == 0 || value.get_array().get(array)) return nullptr;
      ++end;
      for (auto next : array) {
        ondemand::value element;
        if (next.get(element)) return nullptr;
        end = skip_value(element, depth_left - 1);
        if (!end) return nullptr;
      }
      end = skip_white(end);
      return *end == ']' ? end + 1 : nullptr;
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      if (depth_left == 0 || value.get_object().get(object)) return nullptr;
      ++end;
      for (auto next : object) {
        if (next.error()) return nullptr;
        ondemand::field field = next.value_unsafe();
        const char* colon = skip_string(field.key().raw());
        if (!colon || *skip_white(colon) != ':') return nullptr;
        end = skip_value(field.value(), depth_left - 1);
        if (!end) return nullptr;
      }
      end = skip_white(end);
      return *end == '}' ? end + 1 : nullptr;
    }
  }
  return nullptr;
}

/// Validates one element or member with everything in it. Returns the byte after it, or nullptr. simdjson moves from
/// one structural character to the next, so the text between a scalar and its comma is checked here.
const char* skip_value(ondemand::value& value, int depth_left) {
  const char* const end = skip_by_type(value, depth_left);
  if (!end) return nullptr;
  const char next = *skip_white(end);
  return next == ',' || next == ']' || next == '}' ? end : nullptr;
}

/// The memory that slicing needs. One per thread, so an idle client holds none.
struct Workspace {
  ondemand::parser parser;
  std::string padded;  // the frame and the padding that simdjson may read
  std::deque<std::string> unescaped;

  /// The contents of a string from behind its quote to behind the closing one.
  std::string_view text(const char* from, const char* end) {
    const std::string_view quoted(from, static_cast<std::size_t>(end - from) - 1);
    if (quoted.find('\\') == std::string_view::npos) return quoted;
    append_unescaped(unescaped.emplace_back(), quoted);
    return unescaped.back();
  }
};

Workspace& workspace() {
  thread_local Workspace work;
  return work;
}

/// Validates `value` to its end. Returns the byte after it, or nullptr.
const char* slice(ondemand::value& value, JsonSlice& out) {
  const char* start = start_of(value);
  const char* end = skip_value(value, static_cast<int>(json_depth_max));
  if (!end) return nullptr;
  out.raw = {start, static_cast<std::size_t>(end - start)};
  out.is_string = *start == '"';
  if (out.is_string) out.text = workspace().text(start + 1, end);
  return end;
}

/// Whether nothing but `closing` and white space follows `end`.
bool ends_with(const char* end, char closing, std::string_view frame, const char* begin) {
  end = skip_white(end);
  return *end == closing && skip_white(end + 1) == begin + frame.size();
}

/// Opens the document in `work`. Its first character has to be `opening`, which excludes a byte order mark, though
/// newer versions of simdjson accept one.
bool open(Workspace& work, std::string_view frame, char opening, ondemand::document& document, const char*& begin) {
  work.unescaped.clear();
  work.padded.assign(frame);
  work.padded.append(simdjson::SIMDJSON_PADDING, '\0');
  begin = work.padded.data();
  if (*skip_white(begin) != opening) return false;
  return !work.parser.iterate(begin, frame.size(), work.padded.size()).get(document);
}

}  // namespace

/// Most clients send no white space between the tokens; in strings it is significant.
bool JsonSlice::is_compact() const noexcept {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at != end) {
    const char c = *at++;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return false;
    if (c != '"') continue;
    for (;;) {
      const auto* const quote = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
      if (!quote) return false;
      const char* before = quote;
      while (before != at && before[-1] == '\\') --before;
      at = quote + 1;
      if ((quote - before) % 2 == 0) break;
    }
  }
  return true;
}

std::string JsonSlice::compact() const { return is_compact() ? std::string(raw) : minified(); }

std::string JsonSlice::minified() const {
  std::string out(raw.size() + simdjson::SIMDJSON_PADDING, '\0');
  std::size_t size = 0;
  if (simdjson::minify(raw.data(), raw.size(), out.data(), size)) return std::string(raw);
  out.resize(size);
  return out;
}

bool slice_array(std::string_view frame, std::span<JsonSlice> elements) {
  Workspace& work = workspace();
  ondemand::document document;
  ondemand::array array;
  const char* begin = nullptr;
  if (!open(work, frame, '[', document, begin) || document.get_array().get(array)) return false;
  const char* end = begin;
  std::size_t count = 0;
  for (auto next : array) {
    ondemand::value value;
    JsonSlice ignored;
    if (next.get(value)) return false;
    end = slice(value, count < elements.size() ? elements[count] : ignored);
    if (!end) return false;
    ++count;
  }
  return count >= elements.size() && count > 0 && ends_with(end, ']', frame, begin);
}

bool slice_object(std::string_view frame, std::span<const std::string_view> names, std::span<JsonSlice> members) {
  Workspace& work = workspace();
  ondemand::document document;
  ondemand::object object;
  const char* begin = nullptr;
  if (!open(work, frame, '{', document, begin) || document.get_object().get(object)) return false;
  const char* end = nullptr;
  for (auto next : object) {
    if (next.error()) return false;
    ondemand::field field = next.value_unsafe();
    const char* const colon = skip_string(field.key().raw());
    if (!colon || *skip_white(colon) != ':') return false;
    const std::string_view name = work.text(field.key().raw(), colon);
    JsonSlice member;
    end = slice(field.value(), member);
    if (!end) return false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name && members[i].raw.empty()) members[i] = member;  // of duplicates the first counts
    }
  }
  return end && ends_with(end, '}', frame, begin);
}

Ref JsonSlice::ref() const { return is_string ? Ref::of(text) : Ref::raw(compact()); }

Label JsonSlice::label() const { return is_string ? Label(text) : Label::raw(compact()); }

JsonText JsonSlice::json() const { return is_compact() ? JsonText::trusted(raw) : JsonText::trusted(minified()); }

void append_label(std::string& out, const Label& label) {
  if (label.is_string()) return append_json_string(out, label.text());
  out += label.text();
}

Frame text_frame(std::string_view head, std::string_view payload, std::string_view tail) {
  return {Frame::Kind::text, SharedBytes::make(head.size() + payload.size() + tail.size(), [&](char* out) {
            out = static_cast<char*>(std::memcpy(out, head.data(), head.size())) + head.size();
            out = static_cast<char*>(std::memcpy(out, payload.data(), payload.size())) + payload.size();
            std::memcpy(out, tail.data(), tail.size());
          })};
}

}  // namespace entmoot
