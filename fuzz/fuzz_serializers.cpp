// SPDX-License-Identifier: MIT

// Client frames in every version; the first byte selects. Accepted frames must be JSON for another parser too, and what
// a server sends of them must decode to the same value.

#include <entmoot/base/json.hpp>
#include <entmoot/phoenix/serializer.hpp>

#include <cstdint>
#include <cstdlib>

using namespace entmoot;

namespace {

/// A JSON payload that was accepted is JSON for Boost's parser, but for the one thing that it does not read: numbers
/// beyond a double.
void check_payload(const Payload& payload) {
  if (payload.is_binary() || parse_json(payload.bytes())) return;
  if (payload.bytes().find_first_of("eE0123456789") == std::string_view::npos) std::abort();
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_v1(std::string_view frame, Frame::Kind kind) {
  static const Serializer& v1 = **serializer_for("1.0.0");
  const auto message = v1.decode(kind, frame);
  if (!message) return;
  check_payload(message->payload);
  const Frame out = v1.encode(PhxReply{{}, message->ref, message->topic, "ok", message->payload});
  const auto again = v1.decode(Frame::Kind::text, out.bytes.view());
  require(again && again->topic == message->topic && again->ref == message->ref && again->join_ref.is_null());
}

void check_v2_text(std::string_view frame) {
  static const Serializer& v2 = **serializer_for("2.0.0");
  const auto message = v2.decode(Frame::Kind::text, frame);
  if (!message) return;
  check_payload(message->payload);
  const Frame reply = v2.encode(PhxReply{message->join_ref, message->ref, message->topic, "ok", message->payload});
  const auto again = v2.decode(Frame::Kind::text, reply.bytes.view());
  require(again && again->topic == message->topic && again->ref == message->ref &&
          again->join_ref == message->join_ref);
  if (!message->topic.is_string() || !message->event.is_string()) return;
  const Frame push =
      v2.encode(Push{message->join_ref, message->ref, message->topic.text(), message->event.text(), message->payload});
  require(v2.decode(Frame::Kind::text, push.bytes.view()).value() == *message);
}

void check_v2_binary(std::string_view frame) {
  static const Serializer& v2 = **serializer_for("2.0.0");
  const auto message = v2.decode(Frame::Kind::binary, frame);
  if (!message) return;
  // The server's reply is the client's push with another kind, and the status in the place of the event.
  const Frame reply =
      v2.encode(PhxReply{message->join_ref, message->ref, message->topic, message->event.text(), message->payload});
  require(reply.bytes.view().substr(1) == frame.substr(1) && reply.bytes.view()[0] == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view frame(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: check_v1(frame, Frame::Kind::text); break;
    case 1: check_v1(frame, Frame::Kind::binary); break;
    case 2: check_v2_text(frame); break;
    default: check_v2_binary(frame);
  }
  return 0;
}
