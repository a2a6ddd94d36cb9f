// SPDX-License-Identifier: MIT

#pragma once

// One server process: composes shards, PubSub, Presence, the Registry, a JsShard per shard, the endpoint, and, if
// configured, rooms.
//
//   Node node({.endpoint = {.listener = {.port = 4000}}, .rooms = RoomHostOptions{.app = app}});
//   if (auto started = node.start(); !started) …
//   …
//   node.stop(std::chrono::seconds(3));
//
// It runs in one of two modes:
//
//   threaded   start() … stop(): one thread per shard, and the endpoint listens
//   stepped    never started: the owning thread steps the shards, so that a test is deterministic and knows when no
//              work is left; nothing listens
//
// An application without rooms (apps/chat_room) omits `rooms`, mounts its sockets and routes, and registers with
// on_stop() what has to end on each shard.
//
// Constructed and destroyed by one thread that is not a shard's.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/node/node_metrics.hpp>
#include <entmoot/node/room_host.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/web/endpoint.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct NodeOptions {
  unsigned shards = 0;                    ///< 0: one per core.
  const Clock& clock = Shards::steady();  ///< Outlives the node. A stepped node uses a ManualClock.
  EndpointOptions endpoint = {};
  JsShardOptions js = {};
  std::optional<RoomHostOptions> rooms = {};
};

class Node {
 public:
  explicit Node(NodeOptions options = {});
  /// Calls stop().
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] Shards& shards() noexcept { return shards_; }
  [[nodiscard]] PubSub& pubsub() noexcept { return pubsub_; }
  [[nodiscard]] Presence& presence() noexcept { return presence_; }
  [[nodiscard]] Registry& registry() noexcept { return registry_; }
  [[nodiscard]] const PerShard<JsShard>& js() const noexcept { return js_; }
  [[nodiscard]] Endpoint& endpoint() noexcept { return endpoint_; }
  /// Requires NodeOptions::rooms.
  [[nodiscard]] RoomHost& rooms() noexcept { return *rooms_; }

  // --- before it starts

  /// Mounts a socket (Phoenix.Endpoint.socket/3). `user_socket` outlives the node's run; `mount.connect` is unset.
  SocketMount& socket(std::string_view path, const UserSocket& user_socket, EndpointSocket mount = {},
                      SocketLimits limits = {});
  /// Calls `stop` on each shard when the node stops, after all connections have ended, to end the shard's objects. In
  /// reverse order of registration.
  void on_stop(std::function<void(Shard&)> stop);

  // --- threaded

  /// Starts the threads and listens. After an error, call stop().
  [[nodiscard]] Result<void> start();
  /// The listening port, once started.
  [[nodiscard]] std::uint16_t port() const noexcept { return endpoint_.port(); }
  /// From now on the node is not ready() for new clients, but serves them. The first step of a stop: load balancers
  /// that look at /readyz send clients elsewhere.
  void leave_service() noexcept { leaving_.store(true, std::memory_order_relaxed); }
  /// Why it should get no new clients: it is about to stop, or cannot write what durable rooms have to keep. Empty: it
  /// is ready.
  [[nodiscard]] std::vector<std::string> not_ready_because() const;
  /// Stops accepting and asks the clients to reconnect; returns when all connections have ended, or after `timeout`.
  /// What the shards do otherwise goes on.
  void drain(Duration timeout) { endpoint_.drain_and_close(timeout); }
  /// drain(); ends what is left. Stops accepting, asks the clients to reconnect, waits at most `drain` while they read
  /// what is queued for them, ends the shards' objects, joins the threads.
  void stop(Duration drain = {});

  // --- any thread

  /// Gathers what all shards have counted, and reports it on the first shard.
  void measure(UniqueFunction<void(NodeMetrics)> report);

  // --- stepped

  /// Runs one round of every shard. Returns whether there was work.
  bool step();
  /// Steps until no work is left at the current time of the clock.
  void settle();

 private:
  void stop_here(Shard& shard);
  [[nodiscard]] NodeMetrics measure_here(Shard& shard);

  Shards shards_;
  PubSub pubsub_;
  Presence presence_;
  Registry registry_;
  PerShard<JsShard> js_;
  std::vector<std::unique_ptr<SocketMount>> mounts_;
  Endpoint endpoint_;
  std::vector<std::function<void(Shard&)>> stops_;
  std::unique_ptr<RoomHost> rooms_;
  std::atomic<bool> leaving_ = false;
  bool stopped_ = false;
};

}  // namespace entmoot
