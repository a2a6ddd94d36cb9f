// SPDX-License-Identifier: MIT

#pragma once

// The fastlane (Phoenix.Channel.Server.dispatch/3): a broadcast is encoded once for each serializer in use on the
// topic, and every subscriber's transport queues a reference to the same bytes, bypassing socket and channel. For a
// protocol version without binary payloads, a binary broadcast has no frame.
//
// Shared by all shards while it is delivered, and immutable to them: the first thread to request a frame encodes it,
// concurrent ones wait for it.

#include <entmoot/core/outflow.hpp>
#include <entmoot/phoenix/serializer.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace entmoot {

class Fastlane : public std::enable_shared_from_this<Fastlane> {
 public:
  /// Throws CannotEncode if any serializer would.
  explicit Fastlane(Broadcast broadcast) : broadcast_(std::move(broadcast)) {
    // JSON can always be encoded. A binary payload cannot for every topic; the error belongs to the broadcaster.
    if (!broadcast_.payload.is_binary()) return;
    for (const Serializer* serializer : all_serializers()) (void)frame_for(*serializer);
  }
  Fastlane(const Fastlane&) = delete;
  Fastlane& operator=(const Fastlane&) = delete;

  /// Gives the broadcast its offset. Before it is shared.
  void number(std::uint64_t offset) {
    broadcast_.offset = offset;
    numbered_ = std::make_unique<Frames>();
  }
  /// Counts the message as output of `outflow` (may be null) until its destruction. Before it is shared.
  void charge_to(const std::shared_ptr<Outflow>& outflow) {
    if (outflow) in_flight_ = Outflow::Item(outflow, broadcast_.payload.bytes().size());
  }
  /// Charges its publisher with the cost of delivering it. Any thread.
  void charge(Duration cpu) const noexcept { in_flight_.charge(cpu); }

  /// When its publisher released it, for DeliveryCounters::time. Before it is shared.
  void released_at(TimePoint now) noexcept { released_ = now; }
  [[nodiscard]] TimePoint released() const noexcept { return released_; }

  [[nodiscard]] const Broadcast& broadcast() const noexcept { return broadcast_; }
  /// nullptr if the serializer cannot carry the payload.
  [[nodiscard]] const Frame* frame_for(const Serializer& serializer) const {
    return frame_in(frames_, serializer, [&] { return serializer.encode(broadcast_); });
  }
  /// The same with the offset in the place of the ref, if the broadcast has one. A binary frame has no such place: its
  /// offset is sent before it (ChannelServer).
  [[nodiscard]] const Frame* numbered_frame_for(const Serializer& serializer) const {
    if (!numbered_ || broadcast_.payload.is_binary()) return frame_for(serializer);
    return frame_in(*numbered_, serializer, [&] {
      return serializer.encode(Push{.join_ref = {},
                                    .ref = offset_ref(broadcast_.offset),
                                    .topic = broadcast_.topic,
                                    .event = broadcast_.event,
                                    .payload = broadcast_.payload});
    });
  }

 private:
  /// A frame that is made once. Without another thread that waits for it no system call is made; std::call_once makes
  /// one each time.
  struct Encoded {
    enum class State : std::uint8_t { unmade, being_made, made };
    std::atomic<State> state = State::unmade;
    Frame frame;

    template <class Make>
    void make(Make&& make_frame) {
      State found = state.load(std::memory_order_acquire);
      while (found != State::made) {
        if (found == State::being_made) {
          state.wait(found, std::memory_order_acquire);
          found = state.load(std::memory_order_acquire);
        } else if (state.compare_exchange_weak(found, State::being_made, std::memory_order_acquire)) {
          try {
            frame = make_frame();
          } catch (...) {
            settle(State::unmade);
            throw;
          }
          return settle(State::made);
        }
      }
    }
    void settle(State next) noexcept {
      state.store(next, std::memory_order_release);
      state.notify_all();
    }
  };
  using Frames = std::array<Encoded, serializer_count>;

  template <class Encode>
  [[nodiscard]] const Frame* frame_in(Frames& frames, const Serializer& serializer, Encode encode) const {
    if (broadcast_.payload.is_binary() && !serializer.carries_binary()) return nullptr;
    for (std::size_t i = 0; i < all_serializers().size(); ++i) {
      if (all_serializers()[i] != &serializer) continue;
      frames[i].make(encode);
      return &frames[i].frame;
    }
    return nullptr;
  }

  Broadcast broadcast_;
  TimePoint released_{};
  Outflow::Item in_flight_;
  mutable Frames frames_;
  std::unique_ptr<Frames> numbered_;  // null: it has no offset
};

}  // namespace entmoot
