// SPDX-License-Identifier: MIT

// Text frames of a client. What is accepted must be JSON for another parser too, and must come out of the encoder as
// something that decodes to the same.

#include <entmoot/base/json.hpp>
#include <entmoot/phoenix/v2_json_serializer.hpp>

#include <cstdint>
#include <cstdlib>

using namespace entmoot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const V2JsonSerializer serializer;
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  const auto message = serializer.decode(Frame::Kind::text, frame);
  if (!message) return 0;
  if (!parse_json(message->payload.view())) {
    // The one thing that we pass on and Boost.JSON does not read: numbers beyond a double.
    if (message->payload.view().find_first_of("eE0123456789") == std::string_view::npos) std::abort();
    return 0;
  }
  const Frame out = serializer.encode(PhxReply{
      .join_ref = message->join_ref, .ref = message->ref, .topic = message->topic, .response = message->payload});
  const auto again = serializer.decode(Frame::Kind::text, out.bytes.view());
  if (!again || again->topic != message->topic || again->ref != message->ref) std::abort();
  return 0;
}
