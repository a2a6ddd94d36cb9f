// SPDX-License-Identifier: MIT

#pragma once

// A channel's access to its socket: transport, serializer, client data, and the tables that address it. Owned by the
// socket, outlives its channels, stays on the client's shard.

#include <entmoot/phoenix/client.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/serializer.hpp>
#include <entmoot/phoenix/socket_ref.hpp>
#include <entmoot/phoenix/socket_table.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <memory>

namespace entmoot {

struct ClientLink {
  Transport& transport;
  const Serializer& serializer;
  PubSub& pubsub;
  SocketTable& sockets;
  const Client client;
  std::shared_ptr<MemoryAccount> account = {};  ///< What is held for the client.
  SocketId id = SocketId::none;
  bool open = true;  ///< false: closed by the server, or the transport is ending; nothing more is pushed

  void push(const Frame& frame) {
    if (open) send(frame);
  }
  /// Throws CannotEncode.
  template <class Sent>
  void push(const Sent& sent) {
    if (open) send(serializer.encode(sent));
  }

 private:
  void send(const Frame& frame) {
    SocketCounters& counters = sockets.counters();
    ++counters.messages_out;
    counters.bytes_out += frame.bytes.size();
    transport.push(frame);
  }
};

}  // namespace entmoot
