// SPDX-License-Identifier: MIT

#pragma once

// What the sockets and the subscribers of one shard count. Plain numbers: their shard's thread writes them, and whoever
// wants to read them does so in a task of that shard (Shards::map_reduce).

#include <entmoot/base/time_histogram.hpp>

#include <cstdint>

namespace entmoot {

/// Of the clients of a socket (phoenix/socket).
struct SocketCounters {
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;      ///< Of these messages.
  std::uint64_t messages_out = 0;  ///< Queued for clients: replies, pushes, broadcasts.
  std::uint64_t bytes_out = 0;
  std::uint64_t rate_limited = 0;  ///< Messages that were answered with an error because of the client's rate.
  std::uint64_t floods = 0;        ///< Clients that were closed because of it.
  std::uint64_t unmatched = 0;     ///< Messages to topics that no channel serves, or that the client has not joined.
  std::uint64_t malformed = 0;     ///< Clients that were closed because of a message that is none.
  std::uint64_t crashed_channels = 0;

  SocketCounters& operator+=(const SocketCounters& other) noexcept {
    messages_in += other.messages_in;
    bytes_in += other.bytes_in;
    messages_out += other.messages_out;
    bytes_out += other.bytes_out;
    rate_limited += other.rate_limited;
    floods += other.floods;
    unmatched += other.unmatched;
    malformed += other.malformed;
    crashed_channels += other.crashed_channels;
    return *this;
  }
};

/// Of the broadcasts to the subscribers of a shard (phoenix/subscriber_table).
struct DeliveryCounters {
  std::uint64_t broadcasts = 0;  ///< Published by this shard.
  std::uint64_t deliveries = 0;  ///< To each subscriber of the fast lane, on this shard.
  /// From the publisher's release of a broadcast until it is queued for its last subscriber on this shard, for
  /// broadcasts that have one. As exact as Shard::now().
  TimeHistogram time = {};

  DeliveryCounters& operator+=(const DeliveryCounters& other) noexcept {
    broadcasts += other.broadcasts;
    deliveries += other.deliveries;
    time += other.time;
    return *this;
  }
};

}  // namespace entmoot
