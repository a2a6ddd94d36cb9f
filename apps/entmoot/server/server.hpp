// SPDX-License-Identifier: MIT

#pragma once

// The running server of one app: its parts in the order in which they start; they end in the reverse order.
//
// A reload (a changed file, SIGHUP, `entmoot reload`) loads the folder again on a worker's thread. If it can be loaded,
// every shard is given the new App and each room goes over to its new code by itself; if not, everything goes on as it
// was, and the log, who asked, and pages under development are told why. The port, the threads, the tokens and what
// sockets may do are those of the start.

#include "../rooms/app.hpp"
#include "../rooms/rooms.hpp"
#include "app_loader.hpp"
#include "dev_channel.hpp"
#include "requests.hpp"
#include "user_socket.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/core/worker.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/phoenix/presence.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/web/endpoint.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace entmoot_app {

class Control;

class Server {
 public:
  /// `loader` has loaded `app`; with `watch` its files are looked at eight times a second, and loaded when they have
  /// changed and lie still.
  Server(std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader, bool watch);
  /// stop().
  ~Server();

  [[nodiscard]] entmoot::Result<void> start();
  [[nodiscard]] std::uint16_t port() const noexcept { return endpoint_.port(); }

  /// Any thread. Answers null, or what is wrong with the code.
  void reload(entmoot::ReplyTo reply);
  /// Takes nobody new in, tells the clients to come back, ends the rooms, joins the threads. From the main thread.
  void stop(entmoot::Duration patience);

  [[nodiscard]] Rooms& rooms() noexcept { return rooms_; }
  [[nodiscard]] entmoot::Shards& shards() noexcept { return shards_; }

 private:
  void mount(const Config& config);
  void look_later();
  void look();
  void load_again(entmoot::ReplyTo reply);

  const std::shared_ptr<const App> app_at_start_;
  const bool watch_;
  entmoot::Shards shards_;
  entmoot::PubSub pubsub_;
  entmoot::Presence presence_;
  entmoot::Registry registry_;
  Rooms rooms_;
  DevNews news_;
  UserSocket user_socket_;
  entmoot::SocketMount sockets_;
  entmoot::StaticFiles own_files_;
  Requests requests_;
  entmoot::Endpoint endpoint_;
  std::unique_ptr<Control> control_;

  // The worker's thread only.
  const std::unique_ptr<AppLoader> loader_;
  std::shared_ptr<const App> app_now_;
  std::string seen_;        // of the files, when they were loaded last
  std::string looked_at_;   // of them, at the last look
  int restless_looks_ = 0;  // that found them changed since the look before
  entmoot::Worker worker_;
};

}  // namespace entmoot_app
