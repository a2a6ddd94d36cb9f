// SPDX-License-Identifier: MIT

#pragma once

// What a node has counted, as one value: the source of /metrics, of `entmoot rooms` and of the dashboard.
//
// Each floor counts in plain structs of its shard, without atomics or locks; Node::measure() copies them on each shard
// and adds them up on the first one.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/process_usage.hpp>
#include <entmoot/phoenix/socket_counters.hpp>
#include <entmoot/rooms/room_counters.hpp>
#include <entmoot/runtime/turn_counters.hpp>
#include <entmoot/store/store_writer.hpp>
#include <entmoot/web/web_counters.hpp>

#include <optional>
#include <string>
#include <vector>

namespace entmoot {

struct NodeMetrics {
  std::vector<Duration> shard_cpu = {};  ///< CPU time of each shard's thread.
  WebCounters web = {};
  SocketCounters sockets = {};
  DeliveryCounters deliveries = {};
  RoomCounters rooms = {};
  TurnCounters other_turns = {};  ///< Of JavaScript actors that are no rooms.
  // Of the process.
  ProcessUsage process = {};
  bool ready = true;                              ///< Node::not_ready_because() is empty.
  std::optional<StoreWriterCounters> store = {};  ///< Nothing: no route is durable.
  bool store_failing = false;

  /// Adds a shard's part, in the order of the shards.
  NodeMetrics& operator+=(const NodeMetrics& part);
};

/// In the text format of Prometheus, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
[[nodiscard]] std::string prometheus_text(const NodeMetrics& metrics);

}  // namespace entmoot
