// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/v2_json_serializer.hpp>

#include <simdjson.h>

#include <cstring>
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

/// The value of four hexadecimal digits, or -1.
int hex4(const char* at) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    int digit = 0;
    if (is_digit(c)) {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

/// Walks over a string whose first byte (after the quote) is `at`. The byte after the closing quote, or nullptr if the
/// string is none of JSON's or has half of a surrogate pair. simdjson looks at escapes only when it is asked for the
/// value, and takes lone low surrogates then.
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
    const int unit = hex4(at);
    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return nullptr;
    at += 4;
    if (unit < 0xd800 || unit > 0xdbff) continue;
    if (at[0] != '\\' || at[1] != 'u') return nullptr;
    const int low = hex4(at + 2);
    if (low < 0xdc00 || low > 0xdfff) return nullptr;
    at += 6;
  }
}

/// Walks over a number by the grammar of RFC 8259 §6. Says whether it is more than an integer: those have to fit a
/// double.
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

/// Validates one element or member with all that is in it. Returns the byte after it, or nullptr. simdjson goes from
/// one structural character to the next, so what stands between a scalar and its comma is ours to look at.
const char* skip_value(ondemand::value& value, int depth_left) {
  const char* const end = skip_by_type(value, depth_left);
  if (!end) return nullptr;
  const char next = *skip_white(end);
  return next == ',' || next == ']' || next == '}' ? end : nullptr;
}

/// What decoding needs beside the frame. One a thread: an idle client keeps nothing.
struct Workspace {
  ondemand::parser parser;
  std::string padded;   // the frame and the slack that simdjson may read
  std::string compact;  // a slice without its white space
};

/// `slice` without insignificant white space. Most clients send none, and then there is nothing to do.
std::string_view compacted(Workspace& work, std::string_view slice) {
  if (slice.find_first_of(" \t\n\r") == std::string_view::npos) return slice;
  work.compact.resize(slice.size() + simdjson::SIMDJSON_PADDING);
  std::size_t size = 0;
  const auto error = simdjson::minify(slice.data(), slice.size(), work.compact.data(), size);
  return error ? slice : std::string_view(work.compact.data(), size);
}

Error malformed() { return fail("malformed message"); }

/// A ref or a label: a string in its one spelling, or whatever else, as it stands.
template <class Value, class FromText>
bool take(Workspace& work, ondemand::value& value, Value& out, FromText from_text) {
  const char* start = start_of(value);
  const char* end = skip_value(value, V2JsonSerializer::depth_max);
  if (!end) return false;
  if (*start != '"') {
    out = Value::raw(std::string(compacted(work, {start, static_cast<std::size_t>(end - start)})));
    return true;
  }
  std::string_view text;
  if (value.get_string().get(text)) return false;
  out = from_text(text);
  return true;
}

Frame framed(std::string_view head, const JsonText& payload, std::string_view tail) {
  const auto text = payload.view();
  return {Frame::Kind::text, SharedBytes::make(head.size() + text.size() + tail.size(), [&](char* out) {
            out = static_cast<char*>(std::memcpy(out, head.data(), head.size())) + head.size();
            out = static_cast<char*>(std::memcpy(out, text.data(), text.size())) + text.size();
            std::memcpy(out, tail.data(), tail.size());
          })};
}

/// `[join_ref,ref,topic,event,` in a buffer of this thread.
std::string& head_of(const Ref& join_ref, const Ref& ref, const Label& topic, std::string_view event) {
  thread_local std::string head;
  head.assign("[");
  head.append(join_ref.token()).append(",").append(ref.token()).append(",");
  if (topic.is_string()) {
    append_json_string(head, topic.text());
  } else {
    head.append(topic.text());
  }
  head.append(",");
  append_json_string(head, event);
  head.append(",");
  return head;
}

}  // namespace

Result<Message> V2JsonSerializer::decode(Frame::Kind kind, std::string_view frame) const {
  if (kind == Frame::Kind::binary) return fail("binary frame");
  thread_local Workspace work;
  work.padded.assign(frame);
  work.padded.append(simdjson::SIMDJSON_PADDING, '\0');
  const char* const begin = work.padded.data();
  const char* end = skip_white(begin);
  if (*end != '[') return malformed();  // a byte order mark too, which newer versions of simdjson step over

  ondemand::document document;
  ondemand::array array;
  if (work.parser.iterate(begin, frame.size(), work.padded.size()).get(document)) return malformed();
  if (document.get_array().get(array)) return malformed();

  Message message{{}, {}, "", "", {}};
  std::size_t count = 0;
  for (auto next : array) {
    ondemand::value value;
    if (next.get(value)) return malformed();
    const char* start = start_of(value);
    const auto ref_of = [](std::string_view text) { return Ref::of(text); };
    const auto label_of = [](std::string_view text) { return Label(text); };
    bool valid = true;
    switch (count++) {
      case 0: valid = take(work, value, message.join_ref, ref_of); break;
      case 1: valid = take(work, value, message.ref, ref_of); break;
      case 2: valid = take(work, value, message.topic, label_of); break;
      case 3: valid = take(work, value, message.event, label_of); break;
      default:
        end = skip_value(value, depth_max);
        if (!end) return malformed();
        if (count == 5) {
          message.payload = JsonText::trusted(compacted(work, {start, static_cast<std::size_t>(end - start)}));
        }
    }
    if (!valid) return malformed();
  }
  if (count < 5) return malformed();
  end = skip_white(end);
  if (*end != ']' || skip_white(end + 1) != begin + frame.size()) return malformed();
  return message;
}

Frame V2JsonSerializer::encode(const PhxReply& reply) const {
  std::string& head = head_of(reply.join_ref, reply.ref, reply.topic, "phx_reply");
  head.append(R"({"status":)");
  append_json_string(head, reply.status);
  head.append(R"(,"response":)");
  return framed(head, reply.response, "}]");
}

Frame V2JsonSerializer::encode(const Push& push) const {
  return framed(head_of(push.join_ref, push.ref, push.topic, push.event), push.payload, "]");
}

Frame V2JsonSerializer::encode(const Broadcast& broadcast) const {
  return framed(head_of({}, {}, broadcast.topic, broadcast.event), broadcast.payload, "]");
}

}  // namespace entmoot
