// SPDX-License-Identifier: MIT

#pragma once

// A server's parts without its network, for one test: fresh rooms that know of nothing before. Everything above the
// transport is what `entmoot serve` runs: the socket, the channel, the rooms, their scripts within their limits.
//
// One shard, stepped by the thread that owns the node: so a test takes the same steps in the same order each time, and
// it can be said when the rooms are at rest, which with threads nobody knows.

#include "../rooms/app.hpp"
#include "../rooms/rooms.hpp"
#include "../server/dev_channel.hpp"
#include "../server/requests.hpp"
#include "../server/user_socket.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/web/static_files.hpp>

#include <memory>

namespace entmoot_app {

class TestNode {
 public:
  explicit TestNode(const std::shared_ptr<const App>& app);
  /// Ends the rooms. The clients are gone before.
  ~TestNode();
  TestNode(const TestNode&) = delete;
  TestNode& operator=(const TestNode&) = delete;

  /// One round. Returns whether anything was done.
  bool poll() { return shard().poll(); }
  /// Rooms go on in the same code, as if a file had been saved.
  void reload();

  [[nodiscard]] entmoot::Shard& shard() const { return shards_[0]; }
  [[nodiscard]] Rooms& rooms() noexcept { return rooms_; }
  [[nodiscard]] entmoot::SocketMount& sockets() noexcept { return sockets_; }
  [[nodiscard]] const Requests& requests() const noexcept { return requests_; }

 private:
  std::shared_ptr<const App> app_;
  entmoot::Shards shards_{1};
  entmoot::PubSub pubsub_{shards_};
  entmoot::Presence presence_{shards_, pubsub_};
  entmoot::Registry registry_{shards_};
  Rooms rooms_;
  DevNews news_{shards_, pubsub_};
  UserSocket user_socket_;
  entmoot::SocketMount sockets_;
  entmoot::StaticFiles own_files_;
  Requests requests_{rooms_, own_files_};
};

}  // namespace entmoot_app
