// SPDX-License-Identifier: MIT

#pragma once

// Version 1 of the protocol: `{"topic": …, "event": …, "payload": …, "ref": …}` (Phoenix.Socket.V1.JSONSerializer).
// Used by clients that send no `vsn`.
//
// In: a JSON object with at least these four members, in a text or a binary frame. A fifth, `join_ref`, is used if
// present. Out: exactly the four; a join_ref is never sent.
//
// This version has no binary payloads: encoding one throws CannotEncode.

#include <entmoot/phoenix/serializer.hpp>

namespace entmoot {

class V1JsonSerializer final : public Serializer {
 public:
  [[nodiscard]] bool carries_binary() const noexcept override { return false; }
  [[nodiscard]] Result<Message> decode(Frame::Kind kind, std::string_view frame) const override;
  [[nodiscard]] Result<Message> decode_head(Frame::Kind kind, std::string_view head) const override;
  [[nodiscard]] Frame encode(const PhxReply& reply) const override;
  [[nodiscard]] Frame encode(const Push& push) const override;
  [[nodiscard]] Frame encode(const Broadcast& broadcast) const override;
};

}  // namespace entmoot
