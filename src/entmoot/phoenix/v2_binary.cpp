// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/v2_binary.hpp>

#include <entmoot/base/utf8.hpp>
#include <entmoot/phoenix/serializer.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>

namespace entmoot::v2_binary {

namespace {

enum Kind : char { push_kind = 0, reply_kind = 1, broadcast_kind = 2 };
constexpr std::size_t field_bytes_max = 255;

std::string text_of(const Ref& ref) {
  if (ref.is_null()) return {};
  if (auto text = ref.text()) return *std::move(text);
  throw CannotEncode("a binary frame needs a ref that is a string");
}

std::string_view text_of(const Label& topic) {
  if (topic.is_string()) return topic.text();
  throw CannotEncode("a binary frame needs a topic that is a string");
}

Frame frame(Kind kind, std::initializer_list<std::string_view> fields, const Payload& payload) {
  std::size_t size = 1;
  for (const auto field : fields) {
    if (field.size() > field_bytes_max) throw CannotEncode("a header field of a binary frame exceeds 255 bytes");
    size += 1 + field.size();
  }
  const auto bytes = payload.bytes();
  return {Frame::Kind::binary, SharedBytes::make(size + bytes.size(), [&](char* out) {
            *out++ = kind;
            for (const auto field : fields) *out++ = static_cast<char>(field.size());
            for (const auto field : fields)
              out = static_cast<char*>(std::memcpy(out, field.data(), field.size())) + field.size();
            std::memcpy(out, bytes.data(), bytes.size());
          })};
}

}  // namespace

Result<Message> decode(std::string_view frame) {
  constexpr std::size_t fields = 4;
  if (frame.size() < 1 + fields) return fail(ErrorCode::invalid, "binary frame with a truncated header");
  if (frame[0] != push_kind) return fail(ErrorCode::invalid, "binary frame is not a push");
  const auto sizes = frame.substr(1, fields);
  auto rest = frame.substr(1 + fields);
  std::array<std::string_view, fields> field;
  for (std::size_t i = 0; i < fields; ++i) {
    const auto size = static_cast<unsigned char>(sizes[i]);
    if (rest.size() < size) return fail(ErrorCode::invalid, "binary frame with a truncated header");
    field[i] = rest.substr(0, size);
    if (!is_utf8(field[i])) return fail(ErrorCode::invalid, "binary frame with a header that is not UTF-8");
    rest.remove_prefix(size);
  }
  return Message{Ref::of(field[0]), Ref::of(field[1]), Label(field[2]), Label(field[3]), Binary(rest)};
}

Frame encode(const PhxReply& reply) {
  return frame(reply_kind, {text_of(reply.join_ref), text_of(reply.ref), text_of(reply.topic), reply.status},
               reply.response);
}

Frame encode(const Push& push) {
  return frame(push_kind, {text_of(push.join_ref), push.topic, push.event}, push.payload);
}

Frame encode(const Broadcast& broadcast) {
  return frame(broadcast_kind, {broadcast.topic, broadcast.event}, broadcast.payload);
}

}  // namespace entmoot::v2_binary
