// SPDX-License-Identifier: MIT

#pragma once

// The fastlane (Phoenix.Channel.Server.dispatch/3): a broadcast is encoded once for each serializer, on the thread of
// its publisher, and every subscriber's transport queues a reference to the same bytes, past socket and channel.
//
// Immutable, shared by all shards while it travels.

#include <entmoot/base/check.hpp>
#include <entmoot/phoenix/serializer.hpp>

#include <utility>
#include <vector>

namespace entmoot {

class Fastlane {
 public:
  explicit Fastlane(Broadcast broadcast) : broadcast_(std::move(broadcast)) {
    for (const Serializer* serializer : all_serializers()) {
      encoded_.push_back({serializer, serializer->encode(broadcast_)});
    }
  }

  [[nodiscard]] const Broadcast& broadcast() const noexcept { return broadcast_; }
  [[nodiscard]] const Frame& frame_for(const Serializer& serializer) const {
    for (const Encoded& encoded : encoded_) {
      if (encoded.serializer == &serializer) return encoded.frame;
    }
    ENTMOOT_CHECK(false, "a serializer that serializer_for() does not offer");
    std::abort();
  }

 private:
  struct Encoded {
    const Serializer* serializer;
    Frame frame;
  };
  const Broadcast broadcast_;
  std::vector<Encoded> encoded_;
};

}  // namespace entmoot
