// SPDX-License-Identifier: MIT

#pragma once

// A UserSocket ready to take connections: what an endpoint mounts at "/socket" (Phoenix.Endpoint.socket/3).
//
// connect() runs on the shard that accepted the connection, and the socket stays there. The mount keeps each shard's
// table of clients; it outlives its sockets and the shards' last round.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket.hpp>
#include <entmoot/phoenix/socket_table.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/phoenix/user_socket.hpp>

#include <memory>

namespace entmoot {

class SocketMount {
 public:
  SocketMount(Shards& shards, PubSub& pubsub, const UserSocket& user_socket, SocketLimits limits = {});

  /// Takes a client in or refuses it. A refusal of ours (the query, the vsn) has an empty reason and says in its detail
  /// what was wrong; one with a reason is the application's (`{:error, reason}` in Phoenix). What the application
  /// throws goes through. `transport` outlives the handler.
  [[nodiscard]] Result<std::unique_ptr<FrameHandler>> connect(ConnectInfo info, Transport& transport);

  /// Clients on this shard.
  [[nodiscard]] std::size_t count_here() const { return tables_.local().size(); }

 private:
  // Constant after construction.
  PubSub& pubsub_;
  const UserSocket& user_socket_;
  const SocketLimits limits_;
  // Each touched by its own shard's thread only.
  PerShard<SocketTable> tables_;
};

}  // namespace entmoot
