// SPDX-License-Identifier: MIT

#pragma once

// A UserSocket that accepts connections: mounted by an endpoint at "/socket" (Phoenix.Endpoint.socket/3).
//
// connect() runs on the connection's shard, and the socket stays there. The mount owns each shard's
// table of clients. It outlives its sockets and the shards' last round.

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

  /// Accepts or refuses a client. A refusal by the server (the query, the vsn) has an empty reason, and its detail
  /// describes the fault; a refusal with a reason is the application's (`{:error, reason}` in Phoenix). Exceptions of
  /// the application propagate. `transport` outlives the handler.
  [[nodiscard]] Result<std::unique_ptr<FrameHandler>> connect(ConnectInfo info, Transport& transport);

  /// Clients on this shard.
  [[nodiscard]] std::size_t count_here() const { return tables_.local().size(); }
  /// Of the clients of the calling shard.
  [[nodiscard]] const SocketCounters& counters_here() const { return tables_.local().counters(); }

 private:
  // Constant after construction.
  PubSub& pubsub_;
  const UserSocket& user_socket_;
  const SocketLimits limits_;
  // Each touched by its own shard's thread only.
  PerShard<SocketTable> tables_;
};

}  // namespace entmoot
