// SPDX-License-Identifier: MIT

#pragma once

// The server's face, in Phoenix's words: what is mounted where, and the life of the port.
//
//   Endpoint endpoint(shards, {.listener = {.port = 4000}});
//   endpoint.socket("/socket", {.connect = ...});
//   endpoint.get("/api/rooms/:id", [](HttpRequest request, Responder responder) { ... });
//   endpoint.static_files(pages());
//   if (auto started = endpoint.start(); !started) ...
//
// Everything is mounted before start(). Connections live on the shard they were handed to; nothing here is touched by
// two threads. An Endpoint is destroyed (or closed) before what its handlers use, and before the shards.

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/web/connections.hpp>
#include <entmoot/web/listener.hpp>
#include <entmoot/web/site.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace entmoot {

struct EndpointOptions {
  ListenerOptions listener = {};
  HttpOptions http = {};
  DrainerOptions drainer = {};
};

class Endpoint {
 public:
  explicit Endpoint(Shards& shards, EndpointOptions options = {});
  /// close().
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// WebSocket clients connect to `path` + "/websocket", long-polling ones, if that is on, to `path` + "/longpoll".
  /// `path` may have `:name` parts; connect gets them.
  Endpoint& socket(std::string_view path, EndpointSocket mount);
  Endpoint& get(std::string_view pattern, HttpHandler handler) { return route("GET", pattern, std::move(handler)); }
  Endpoint& post(std::string_view pattern, HttpHandler handler) { return route("POST", pattern, std::move(handler)); }
  Endpoint& put(std::string_view pattern, HttpHandler handler) { return route("PUT", pattern, std::move(handler)); }
  Endpoint& delete_(std::string_view pattern, HttpHandler handler) {
    return route("DELETE", pattern, std::move(handler));
  }
  Endpoint& route(std::string_view method, std::string_view pattern, HttpHandler handler);
  /// Takes what no file, socket or route is there for, whatever its method.
  Endpoint& otherwise(HttpHandler handler);
  /// `files` live as long as the program. Files come before routes.
  Endpoint& static_files(std::span<const EmbeddedFile> files, const StaticOptions& options = {});

  /// Listens. An error if the address cannot be had or a mount's options make no sense; then nothing runs.
  [[nodiscard]] Result<void> start();
  /// The port that is listened on, once started.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Stops accepting, closes every WebSocket with 1012 behind what is queued for it, batch after batch
  /// (EndpointOptions::drainer), lets HTTP requests finish, then calls `done` on the first shard. Any thread, once.
  void drain(UniqueFunction<void()> done);
  /// drain(), waiting for at most `patience`, then close(). From a thread that is no shard's.
  void drain_and_close(Duration patience);
  /// Ends everything at once and waits until it is gone: no handler runs afterwards. From a thread that is no shard's.
  void close();

  /// `report(connections)` on the first shard: how many connections there are on all, long-poll sessions among
  /// them.
  void count(UniqueFunction<void(std::size_t)> report);

 private:
  Site& site();

  // Constant after start.
  Shards& shards_;
  const EndpointOptions options_;
  std::shared_ptr<Site> site_;
  std::uint16_t port_ = 0;
  bool started_ = false;
  bool closed_ = false;

  // The first shard only.
  std::unique_ptr<Listener> listener_;
  std::size_t next_shard_ = 0;
  // Each on its shard.
  PerShard<Connections> connections_;
};

}  // namespace entmoot
