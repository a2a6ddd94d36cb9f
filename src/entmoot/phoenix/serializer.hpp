// SPDX-License-Identifier: MIT

#pragma once

// Between messages and frames (Phoenix.Socket.Serializer). A serializer has no state, is made once, and is used by
// every shard. Which one a client speaks is settled by `vsn` when it connects.
//
// Errors: a frame that is no message of this version is an Error; the socket answers it with close 1011, as Phoenix
// does. What the version has no way to write throws CannotEncode at who wanted to send it.

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
  [[nodiscard]] virtual Frame encode(const PhxReply& reply) const = 0;
  [[nodiscard]] virtual Frame encode(const Push& push) const = 0;
  [[nodiscard]] virtual Frame encode(const Broadcast& broadcast) const = 0;
};

/// The serializer for the `vsn` of a connect request. `vsn` is a full semantic version without a pre-release tag, and
/// the patch number does not matter (Elixir's `~> 2.0.0`). An absent parameter means "1.0.0": the caller says so.
[[nodiscard]] Result<const Serializer*> serializer_for(std::string_view vsn);

/// All that serializer_for() may answer with: what a broadcast may be encoded for.
inline constexpr std::size_t serializer_count = 2;
[[nodiscard]] std::span<const Serializer* const, serializer_count> all_serializers();

}  // namespace entmoot
