// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/v1_json_serializer.hpp>

#include <entmoot/phoenix/json_frame.hpp>

#include <array>
#include <string>

namespace entmoot {

namespace {

constexpr std::array<std::string_view, 5> names = {"topic", "event", "payload", "ref", "join_ref"};
constexpr std::size_t required = 4;

/// `{"event":…,"payload":` in a thread-local buffer.
std::string& head_of(std::string_view event) {
  thread_local std::string head;
  head.assign(R"({"event":)");
  append_json_string(head, event);
  head.append(R"(,"payload":)");
  return head;
}

/// `,"ref":…,"topic":…}` in another thread-local buffer.
std::string& tail_of(const Ref& ref, const Label& topic) {
  thread_local std::string tail;
  tail.assign(R"(,"ref":)");
  tail.append(ref.token()).append(R"(,"topic":)");
  append_label(tail, topic);
  tail.append("}");
  return tail;
}

std::string_view json_of(const Payload& payload) {
  if (payload.is_binary()) throw CannotEncode("protocol version 1 has no binary payloads");
  return payload.bytes();
}

}  // namespace

Result<Message> V1JsonSerializer::decode(Frame::Kind, std::string_view frame) const {
  std::array<JsonSlice, names.size()> members;
  if (!slice_object(frame, names, members)) return fail(ErrorCode::invalid, "malformed message");
  for (std::size_t i = 0; i < required; ++i) {
    if (members[i].raw.empty()) return fail(ErrorCode::invalid, "message without \"" + std::string(names[i]) + '"');
  }
  const auto& [topic, event, payload, ref, join_ref] = members;
  return Message{join_ref.raw.empty() ? Ref() : join_ref.ref(), ref.ref(), topic.label(), event.label(),
                 payload.json()};
}

Result<Message> V1JsonSerializer::decode_head(Frame::Kind, std::string_view) const {
  return fail(ErrorCode::invalid, "the refs of a message are behind its payload");
}

Frame V1JsonSerializer::encode(const PhxReply& reply) const {
  const auto response = json_of(reply.response);
  std::string& head = head_of("phx_reply");
  head.append(R"({"status":)");
  append_json_string(head, reply.status);
  head.append(R"(,"response":)");
  std::string& tail = tail_of(reply.ref, reply.topic);
  return text_frame(head, response, tail.insert(0, 1, '}'));
}

Frame V1JsonSerializer::encode(const Push& push) const {
  const auto payload = json_of(push.payload);
  return text_frame(head_of(push.event), payload, tail_of(push.ref, push.topic));
}

Frame V1JsonSerializer::encode(const Broadcast& broadcast) const {
  const auto payload = json_of(broadcast.payload);
  return text_frame(head_of(broadcast.event), payload, tail_of({}, broadcast.topic));
}

}  // namespace entmoot
