// SPDX-License-Identifier: MIT

#pragma once

// Version 2 of the protocol: `[join_ref, ref, topic, event, payload]` (Phoenix.Socket.V2.JSONSerializer).
//
// In: any JSON text whose value is an array of five or more elements; elements after the fifth are validated and
// ignored. Or a binary push (phoenix/v2_binary.hpp).
//
// Out: exactly five elements without white space, because some clients split the text by hand. One allocation per
// frame. A binary payload makes a binary frame, message by message.

#include <entmoot/phoenix/serializer.hpp>

namespace entmoot {

class V2JsonSerializer final : public Serializer {
 public:
  [[nodiscard]] bool carries_binary() const noexcept override { return true; }
  [[nodiscard]] Result<Message> decode(Frame::Kind kind, std::string_view frame) const override;
  [[nodiscard]] Result<Message> decode_head(Frame::Kind kind, std::string_view head) const override;
  [[nodiscard]] Frame encode(const PhxReply& reply) const override;
  [[nodiscard]] Frame encode(const Push& push) const override;
  [[nodiscard]] Frame encode(const Broadcast& broadcast) const override;
};

}  // namespace entmoot
