// SPDX-License-Identifier: MIT

#pragma once

// The fastlane (Phoenix.Channel.Server.dispatch/3): a broadcast is encoded once for each serializer that somebody on
// the topic speaks, and every subscriber's transport queues a reference to the same bytes, past socket and channel. A
// binary payload has no frame in a version that cannot carry it.
//
// Shared by all shards while it travels, and immutable as far as they can see: the first who asks for a frame encodes
// it, and who asks at the same time waits for him.

#include <entmoot/phoenix/serializer.hpp>

#include <array>
#include <mutex>
#include <utility>

namespace entmoot {

class Fastlane {
 public:
  /// Throws CannotEncode, on behalf of all frames to come.
  explicit Fastlane(Broadcast broadcast) : broadcast_(std::move(broadcast)) {
    // A text can always be encoded. Bytes cannot under every topic, and who has to know that is who broadcasts them.
    if (!broadcast_.payload.is_binary()) return;
    for (const Serializer* serializer : all_serializers()) (void)frame_for(*serializer);
  }
  Fastlane(const Fastlane&) = delete;
  Fastlane& operator=(const Fastlane&) = delete;

  [[nodiscard]] const Broadcast& broadcast() const noexcept { return broadcast_; }
  /// Nothing if the serializer cannot carry the payload.
  [[nodiscard]] const Frame* frame_for(const Serializer& serializer) const {
    if (broadcast_.payload.is_binary() && !serializer.carries_binary()) return nullptr;
    for (std::size_t i = 0; i < all_serializers().size(); ++i) {
      if (all_serializers()[i] != &serializer) continue;
      Encoded& encoded = encoded_[i];
      std::call_once(encoded.once, [&] { encoded.frame = serializer.encode(broadcast_); });
      return &encoded.frame;
    }
    return nullptr;
  }

 private:
  struct Encoded {
    std::once_flag once;
    Frame frame;
  };
  const Broadcast broadcast_;
  mutable std::array<Encoded, serializer_count> encoded_;
};

}  // namespace entmoot
