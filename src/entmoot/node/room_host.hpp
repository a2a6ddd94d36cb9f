// SPDX-License-Identifier: MIT

#pragma once

// Hosts rooms on a node: a socket that speaks Phoenix Channels, over WebSocket or long-poll, HTTP requests, the app's
// files, and `fetch`.

#include <entmoot/node/room_requests.hpp>
#include <entmoot/node/room_socket.hpp>
#include <entmoot/node/tokens.hpp>
#include <entmoot/phoenix/socket.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/rooms/rooms.hpp>
#include <entmoot/web/endpoint_socket.hpp>
#include <entmoot/web/fetch.hpp>

#include <memory>
#include <string>

namespace entmoot {

class Node;

struct RoomHostOptions {
  std::shared_ptr<const HostedApp> app;  ///< The initial app; use() replaces it.
  RoomsOptions rooms = {};
  std::string socket_path = "/socket";
  EndpointSocket socket = {};  ///< Without `connect`.
  SocketLimits socket_limits = {};
  ChannelRoutes channels = {};  ///< Further channels of the socket, before the rooms.
  Tokens tokens = {};           ///< Settled.
  FetchOptions fetch = {};      ///< Per shard.
  StaticFiles own_files = {};   ///< Served before the app's.
  CorsPolicy cors = {};         ///< Of handleRequest.
};

class RoomHost {
 public:
  /// Mounts the socket and the request handler on the node, before it starts. The node outlives it.
  RoomHost(Node& node, RoomHostOptions options);

  [[nodiscard]] Rooms& rooms() noexcept { return rooms_; }
  [[nodiscard]] SocketMount& sockets() noexcept { return sockets_; }
  [[nodiscard]] const RoomRequests& requests() const noexcept { return requests_; }

  /// Switches to `app`; live rooms whose code has changed reload, each independently. Any thread.
  void use(const std::shared_ptr<const HostedApp>& app);
  /// Rooms::serialize_durable().
  void serialize_durable(Duration at_most) { rooms_.serialize_durable(at_most); }
  /// Ends the rooms of this shard. On each shard, before its loop ends.
  void stop_here();

 private:
  Shards& shards_;
  PerShard<std::unique_ptr<Fetcher>> fetchers_;  // before the rooms, whose scripts use them
  Rooms rooms_;
  RoomSocket user_socket_;
  SocketMount sockets_;
  RoomRequests requests_;
};

}  // namespace entmoot
