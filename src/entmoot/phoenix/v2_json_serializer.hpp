// SPDX-License-Identifier: MIT

#pragma once

// Version 2 of the protocol: `[join_ref, ref, topic, event, payload]` (Phoenix.Socket.V2.JSONSerializer).
//
// In: any JSON text whose value is an array of five or more elements; what comes after the fifth is checked and
// ignored. The payload is sliced out of the text and not parsed into anything, so the whole text is validated here:
// grammar, escapes, lone surrogates, numbers beyond a double, nesting, text after the end. What passes is a payload
// that every later parser takes. An integer may have any number of digits and keeps them all.
//
// Out: exactly five elements and no white space, because there are clients that split the text by hand. One
// allocation a frame.

#include <entmoot/phoenix/serializer.hpp>

namespace entmoot {

class V2JsonSerializer final : public Serializer {
 public:
  /// How deep a payload may nest; what reads it later (base/json.hpp) stops at the same depth.
  static constexpr int depth_max = 64;

  [[nodiscard]] Result<Message> decode(Frame::Kind kind, std::string_view frame) const override;
  [[nodiscard]] Frame encode(const PhxReply& reply) const override;
  [[nodiscard]] Frame encode(const Push& push) const override;
  [[nodiscard]] Frame encode(const Broadcast& broadcast) const override;
};

}  // namespace entmoot
