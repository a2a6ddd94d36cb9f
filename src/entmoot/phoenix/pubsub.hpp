// SPDX-License-Identifier: MIT

#pragma once

// PubSub: delivers a broadcast on a topic to all subscribers of exactly that topic, on every shard (Phoenix.PubSub,
// Phoenix.Endpoint.broadcast/3).
//
// Threads. Each shard has a table of its own subscribers. A subscription is made and ended on its subscriber's shard;
// broadcast() may be called from any thread. It posts one message to every shard; the message is encoded once per
// serializer (phoenix/fastlane.hpp), and each shard passes the same bytes to its subscribers.
//
// Order. The broadcasts of one thread reach each subscriber in order, and in order with everything else that thread
// posts to the subscriber's shard, replies above all. Joins depend on it (phoenix/channel_server.hpp). Where a topic
// has many subscribers the delivery takes several slices (phoenix/topic_subscribers.hpp); a receiver of something else
// calls Subscription::catch_up() first.
//
// Effects. A broadcast made inside an actor's turn is held until the turn has succeeded (core/effects.hpp).
//
// Bounds. What an actor has broadcast and the shards have not delivered is bounded (core/outflow.hpp): it waits. The
// transports at the other end have bounds of their own. The reach of one turn, bytes × subscribers, has a limit.
//
// From: phoenix/channel, a room's handlers.  To: phoenix/transport.

#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/subscriber_table.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

/// One subscription. Ends with its destructor, on its own shard, before the PubSub is destroyed.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { end(); }

  [[nodiscard]] SubscriberId id() const noexcept { return id_; }
  /// Delivers what has been published so far, so that what is sent to the subscriber next comes after it.
  void catch_up() {
    if (place_.topic) place_.topic->catch_up(place_.number);
  }
  void end() noexcept;

 private:
  friend class PubSub;
  SubscriberTable* table_ = nullptr;
  SubscriberTable::Place place_;
  SubscriberId id_ = SubscriberId::none;
  std::unique_ptr<Subscriber> owned_;
};

/// When subscribers on the publisher's own shard receive a broadcast.
enum class Here : std::uint8_t {
  posted,   ///< as on other shards, in order with the publisher's posts
  at_once,  ///< during the call, if on the fast lane: so that a channel's reply comes after its broadcast
};

/// Counts those broadcasts of a topic that have an offset. Belongs to the shard on which they are released.
struct BroadcastCounter {
  std::uint64_t last = 0;
  bool stopped = false;  ///< Broadcasts that leave from now on have none.
};

struct BroadcastOptions {
  SubscriberId except = SubscriberId::none;  ///< the subscriber to exclude (Phoenix's broadcast_from)
  Here here = Here::posted;
  /// This broadcast gets the next offset when it leaves. Outlives that; null: it has none.
  BroadcastCounter* counter = nullptr;
};

class PubSub {
 public:
  /// `shards` outlives the PubSub, and the PubSub outlives the shards' last round.
  explicit PubSub(Shards& shards);

  /// An id for a subscriber that has to be known before it subscribes. On its shard.
  [[nodiscard]] SubscriberId new_subscriber_id() { return tables_.local().new_id(); }
  /// Delivers frames of `topic` to `subscriber`, which outlives the subscription and runs no application code. `id` is
  /// from new_subscriber_id().
  [[nodiscard]] Subscription subscribe_fastlane(std::string_view topic, Subscriber& subscriber, SubscriberId id);
  [[nodiscard]] Subscription subscribe_fastlane(std::string_view topic, Subscriber& subscriber) {
    return subscribe_fastlane(topic, subscriber, new_subscriber_id());
  }
  /// Calls `callback` on this shard, from its loop, for every broadcast on `topic`. It may end its own subscription.
  [[nodiscard]] Subscription subscribe(std::string_view topic, UniqueFunction<void(const Broadcast&)> callback);

  /// Any thread. Throws std::invalid_argument if `payload` is neither a JSON object nor binary, and std::length_error
  /// if the broadcasts of the current turn exceed its reach; this counts the subscribers as if every shard had as many
  /// as this one.
  void broadcast(std::string_view topic, std::string_view event, Payload payload, BroadcastOptions options = {});

  /// Delivers to this shard's subscribers only, from its thread; those on the fast lane have it when this returns. For
  /// events that reach the other shards by other means. Not held back by an actor's turn, as the event has already
  /// happened (Phoenix.PubSub.local_broadcast/4).
  void local_broadcast(std::string_view topic, std::string_view event, Payload payload);

  /// Subscribers of `topic` on this shard.
  [[nodiscard]] std::size_t count_here(std::string_view topic) const { return tables_.local().count(topic); }
  /// Of the calling shard.
  [[nodiscard]] const DeliveryCounters& counters_here() const { return tables_.local().counters(); }

 private:
  void release(const std::shared_ptr<Fastlane>& message, BroadcastOptions options);

  // Constant after construction.
  Shards& shards_;
  // Each touched by its own shard's thread only.
  PerShard<SubscriberTable> tables_;
};

}  // namespace entmoot
