// SPDX-License-Identifier: MIT

#pragma once

// One server process, composed: shards, PubSub, Presence, the Registry, a JsShard each, the endpoint, and rooms if they
// are given.
//
//   Node node({.endpoint = {.listener = {.port = 4000}}, .rooms = RoomHostOptions{.app = app}});
//   if (auto started = node.start(); !started) …
//   …
//   node.stop(std::chrono::seconds(3));
//
// It runs in one of two ways:
//
//   threaded   start() … stop(): a thread for each shard, and the endpoint listens
//   stepped    never started: the thread that owns the node steps the shards, so that a test takes the same steps in
//   the
//              same order each time and knows when nothing is left to do; nothing listens
//
// An application of its own kind (apps/chat_room) leaves `rooms` out, mounts its sockets and routes, and registers what
// has to end on each shard with on_stop().
//
// Constructed and destroyed by one thread, which is no shard's.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/node/room_host.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/web/endpoint.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace entmoot {

struct NodeOptions {
  unsigned shards = 0;                    ///< 0: one per core.
  const Clock& clock = Shards::steady();  ///< Outlives the node. A stepped node is given a ManualClock.
  EndpointOptions endpoint = {};
  JsShardOptions js = {};
  std::optional<RoomHostOptions> rooms = {};
};

class Node {
 public:
  explicit Node(NodeOptions options = {});
  /// stop().
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] Shards& shards() noexcept { return shards_; }
  [[nodiscard]] PubSub& pubsub() noexcept { return pubsub_; }
  [[nodiscard]] Presence& presence() noexcept { return presence_; }
  [[nodiscard]] Registry& registry() noexcept { return registry_; }
  [[nodiscard]] const PerShard<JsShard>& js() const noexcept { return js_; }
  [[nodiscard]] Endpoint& endpoint() noexcept { return endpoint_; }
  /// Only if NodeOptions::rooms were given.
  [[nodiscard]] RoomHost& rooms() noexcept { return *rooms_; }

  // --- before it starts

  /// Mounts a socket (Phoenix.Endpoint.socket/3). `user_socket` outlives the node's run; `mount` without `connect`.
  SocketMount& socket(std::string_view path, const UserSocket& user_socket, EndpointSocket mount = {},
                      SocketLimits limits = {});
  /// `stop` is called on each shard when the node stops, once no connection is left: what lives on the shard ends. The
  /// last registered is called first.
  void on_stop(std::function<void(Shard&)> stop);

  // --- threaded

  /// Starts the threads and listens. The error says why it cannot; then stop() it.
  [[nodiscard]] Result<void> start();
  /// The port that is listened on, once started.
  [[nodiscard]] std::uint16_t port() const noexcept { return endpoint_.port(); }
  /// Accepts no more connections, asks the clients to reconnect and gives them at most `drain` to read what is queued
  /// for them, ends what lives on the shards, joins the threads.
  void stop(Duration drain = {});

  // --- stepped

  /// One round of every shard. Whether anything was done.
  bool step();
  /// Steps until nothing is left to do at this time of the clock.
  void settle();

 private:
  void stop_here(Shard& shard);

  Shards shards_;
  PubSub pubsub_;
  Presence presence_;
  Registry registry_;
  PerShard<JsShard> js_;
  std::vector<std::unique_ptr<SocketMount>> mounts_;
  Endpoint endpoint_;
  std::vector<std::function<void(Shard&)>> stops_;
  std::unique_ptr<RoomHost> rooms_;
  bool stopped_ = false;
};

}  // namespace entmoot
