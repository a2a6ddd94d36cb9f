// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/v2_json_serializer.hpp>

#include <entmoot/phoenix/json_frame.hpp>
#include <entmoot/phoenix/v2_binary.hpp>

#include <array>
#include <string>

namespace entmoot {

namespace {

/// `[join_ref,ref,topic,event,` in a thread-local buffer.
std::string& head_of(const Ref& join_ref, const Ref& ref, const Label& topic, std::string_view event) {
  thread_local std::string head;
  head.assign("[");
  head.append(join_ref.token()).append(",").append(ref.token()).append(",");
  append_label(head, topic);
  head.append(",");
  append_json_string(head, event);
  head.append(",");
  return head;
}

}  // namespace

Result<Message> V2JsonSerializer::decode(Frame::Kind kind, std::string_view frame) const {
  if (kind == Frame::Kind::binary) return v2_binary::decode(frame);
  std::array<JsonSlice, 5> parts;
  if (!slice_array(frame, parts)) return fail(ErrorCode::invalid, "malformed message");
  return Message{parts[0].ref(), parts[1].ref(), parts[2].label(), parts[3].label(), parts[4].json()};
}

Result<Message> V2JsonSerializer::decode_head(Frame::Kind kind, std::string_view head) const {
  if (kind == Frame::Kind::binary) return v2_binary::decode(head);
  const std::size_t end = json_array_head(head, 4);
  if (end == 0) return fail(ErrorCode::invalid, "malformed message");
  auto message = decode(kind, std::string(head.substr(0, end)) + ",null]");
  return message;
}

Frame V2JsonSerializer::encode(const PhxReply& reply) const {
  if (reply.response.is_binary()) return v2_binary::encode(reply);
  std::string& head = head_of(reply.join_ref, reply.ref, reply.topic, "phx_reply");
  head.append(R"({"status":)");
  append_json_string(head, reply.status);
  head.append(R"(,"response":)");
  return text_frame(head, reply.response.bytes(), "}]");
}

Frame V2JsonSerializer::encode(const Push& push) const {
  if (push.payload.is_binary()) return v2_binary::encode(push);
  return text_frame(head_of(push.join_ref, push.ref, push.topic, push.event), push.payload.bytes(), "]");
}

Frame V2JsonSerializer::encode(const Broadcast& broadcast) const {
  if (broadcast.payload.is_binary()) return v2_binary::encode(broadcast);
  return text_frame(head_of({}, {}, broadcast.topic, broadcast.event), broadcast.payload.bytes(), "]");
}

}  // namespace entmoot
