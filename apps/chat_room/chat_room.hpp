// SPDX-License-Identifier: MIT

#pragma once

// The application (ChatRoom.Application in the Elixir example): its parts in the order in which they start; they end in
// the reverse order. Members are the supervision tree: these parts do not die on their own, what does (the rooms) is
// under the supervisors in Rooms.

#include "room.hpp"
#include "user_socket.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/web/endpoint.hpp>

#include <cstdint>
#include <string>

namespace chat_room {

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 4000;    ///< 0: any free one.
  unsigned shards = 0;          ///< 0: one per core.
  bool compress = false;        ///< Accept permessage-deflate.
  entmoot::Budget budget = {};  ///< Of each room.
};

class ChatRoom {
 public:
  /// `program` is what every room runs.
  ChatRoom(const Options& options, entmoot::Program program);
  /// stop().
  ~ChatRoom();

  /// Starts the threads and listens. The error says why it cannot.
  [[nodiscard]] entmoot::Result<void> start();
  [[nodiscard]] std::uint16_t port() const noexcept { return endpoint_.port(); }

  /// Takes nobody new in, closes the sockets with 1012, ends the rooms, joins the threads. At most `patience` is given
  /// to clients that do not take their last bytes. From the main thread.
  void stop(entmoot::Duration patience);

  // The parts, for who looks into the tree.
  [[nodiscard]] entmoot::Shards& shards() noexcept { return shards_; }
  [[nodiscard]] entmoot::Registry& registry() noexcept { return registry_; }
  [[nodiscard]] Rooms& rooms() noexcept { return rooms_; }
  [[nodiscard]] entmoot::Endpoint& endpoint() noexcept { return endpoint_; }

 private:
  entmoot::Shards shards_;
  entmoot::PubSub pubsub_;
  entmoot::Presence presence_;
  entmoot::Registry registry_;
  Rooms rooms_;
  UserSocket user_socket_;
  entmoot::SocketMount sockets_;
  entmoot::Endpoint endpoint_;
};

}  // namespace chat_room
