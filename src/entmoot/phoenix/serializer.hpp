// SPDX-License-Identifier: MIT

#pragma once

// Converts between messages and frames (Phoenix.Socket.Serializer). A serializer has no state, exists once, and is used
// by every shard. The client's `vsn` selects it at connect.
//
// Errors: a frame that is not a message of this version is an Error; the socket closes with 1011, as Phoenix does. A
// message that the version cannot represent throws CannotEncode at the sender.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/frame.hpp>
#include <entmoot/phoenix/message.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

namespace entmoot {

class CannotEncode : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

class Serializer {
 public:
  Serializer() = default;
  Serializer(const Serializer&) = delete;
  Serializer& operator=(const Serializer&) = delete;
  virtual ~Serializer() = default;

  /// Whether payloads may be binary.
  [[nodiscard]] virtual bool carries_binary() const noexcept = 0;
  [[nodiscard]] virtual Result<Message> decode(Frame::Kind kind, std::string_view frame) const = 0;
  /// The message whose frame begins with `head`, without its payload. An error also where the version puts the refs
  /// behind the payload.
  [[nodiscard]] virtual Result<Message> decode_head(Frame::Kind kind, std::string_view head) const = 0;
  [[nodiscard]] virtual Frame encode(const PhxReply& reply) const = 0;
  [[nodiscard]] virtual Frame encode(const Push& push) const = 0;
  [[nodiscard]] virtual Frame encode(const Broadcast& broadcast) const = 0;
};

/// The serializer for the `vsn` of a connect request. `vsn` is a full semantic version without a pre-release tag, and
/// the patch number is ignored (Elixir's `~> 2.0.0`). For an absent parameter the caller passes "1.0.0".
[[nodiscard]] Result<const Serializer*> serializer_for(std::string_view vsn);

/// All serializers that serializer_for() may return.
inline constexpr std::size_t serializer_count = 2;
[[nodiscard]] std::span<const Serializer* const, serializer_count> all_serializers();

}  // namespace entmoot
