// SPDX-License-Identifier: MIT

#pragma once

// What the connections of one shard count. Plain numbers: their shard's thread writes them, and whoever wants to read
// them does so in a task of that shard (Shards::map_reduce).

#include <array>
#include <cstddef>
#include <cstdint>

namespace entmoot {

struct WebCounters {
  // Now.
  std::int64_t http = 0;  ///< Connections that speak HTTP: of files, requests and polls.
  std::int64_t websockets = 0;
  std::int64_t longpolls = 0;     ///< Sessions; they have no connection of their own.
  std::int64_t outbox_bytes = 0;  ///< That sockets have not taken yet.

  // Since the start.
  std::uint64_t accepted = 0;  ///< Connections.
  std::uint64_t websockets_opened = 0;
  std::uint64_t longpolls_opened = 0;
  std::uint64_t slow_clients = 0;           ///< Closed, because they did not read what was queued for them.
  std::uint64_t refused_limit = 0;          ///< Connections over the limit of all.
  std::uint64_t refused_address_limit = 0;  ///< Connections over the limit of one address.
  std::uint64_t refused_host = 0;
  std::uint64_t refused_origin = 0;
  std::uint64_t refused_connect = 0;         ///< Clients that the application refused, such as those without a token.
  std::array<std::uint64_t, 5> responses{};  ///< Of HTTP: with the status 1xx, 2xx, … 5xx.

  WebCounters& operator+=(const WebCounters& other) noexcept {
    http += other.http;
    websockets += other.websockets;
    longpolls += other.longpolls;
    outbox_bytes += other.outbox_bytes;
    accepted += other.accepted;
    websockets_opened += other.websockets_opened;
    longpolls_opened += other.longpolls_opened;
    slow_clients += other.slow_clients;
    refused_limit += other.refused_limit;
    refused_address_limit += other.refused_address_limit;
    refused_host += other.refused_host;
    refused_origin += other.refused_origin;
    refused_connect += other.refused_connect;
    for (std::size_t i = 0; i < responses.size(); ++i) responses[i] += other.responses[i];
    return *this;
  }
};

}  // namespace entmoot
