// SPDX-License-Identifier: MIT

#pragma once

// The application (ChatRoom.Application in the Elixir example): a node, the rooms, and their socket. The members take
// the place of the top of the supervision tree: they do not crash. The rooms can crash and are supervised in Rooms.

#include "room.hpp"
#include "user_socket.hpp"

#include <entmoot/node/node.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace chat_room {

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 4000;  ///< 0: any free port.
  unsigned shards = 0;        ///< 0: one per core.
  bool compress = false;      ///< Accept permessage-deflate.
  /// The server's public names ("chat.example"), if a proxy in front of it passes them on as Host.
  std::vector<std::string> hosts = {};
  entmoot::Budget budget = {};  ///< The limits of each room.
  /// A stepped application (node/node.hpp) is given a ManualClock.
  const entmoot::Clock& clock = entmoot::Shards::steady();
};

class ChatRoom {
 public:
  /// Every room runs `program`.
  ChatRoom(const Options& options, entmoot::Program program);
  /// stop().
  ~ChatRoom();

  /// Starts the threads and listens. An error if the address cannot be bound.
  [[nodiscard]] entmoot::Result<void> start() { return node_.start(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return node_.port(); }
  /// Node::stop.
  void stop(entmoot::Duration drain) { node_.stop(drain); }

  [[nodiscard]] entmoot::Node& node() noexcept { return node_; }
  [[nodiscard]] Rooms& rooms() noexcept { return rooms_; }
  [[nodiscard]] entmoot::SocketMount& sockets() noexcept { return sockets_; }

 private:
  entmoot::Node node_;
  Rooms rooms_;
  UserSocket user_socket_;
  entmoot::SocketMount& sockets_;  // the node's
};

}  // namespace chat_room
