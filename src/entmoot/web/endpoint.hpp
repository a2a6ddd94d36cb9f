// SPDX-License-Identifier: MIT

#pragma once

// The server's HTTP endpoint (Phoenix.Endpoint): its mounts and routes, and the lifetime of its port.
//
//   Endpoint endpoint(shards, {.listener = {.port = 4000}});
//   endpoint.socket("/socket", {.connect = ...});
//   endpoint.get("/api/rooms/:id", [](HttpRequest request, Responder responder) { ... });
//   endpoint.static_files(pages());
//   if (auto started = endpoint.start(); !started) ...
//
// Everything is mounted before start(). A connection lives on the shard it was handed to; no state here is touched by
// two threads. Destroy or close an Endpoint before the objects its handlers use, and before the shards.

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
  /// Calls close().
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// WebSocket clients connect to `path` + "/websocket", long-poll clients, if enabled, to `path` + "/longpoll". `path`
  /// may have `:name` parts, which are passed to connect.
  Endpoint& socket(std::string_view path, EndpointSocket mount);
  Endpoint& get(std::string_view pattern, HttpHandler handler) { return route("GET", pattern, std::move(handler)); }
  Endpoint& post(std::string_view pattern, HttpHandler handler) { return route("POST", pattern, std::move(handler)); }
  Endpoint& put(std::string_view pattern, HttpHandler handler) { return route("PUT", pattern, std::move(handler)); }
  Endpoint& delete_(std::string_view pattern, HttpHandler handler) {
    return route("DELETE", pattern, std::move(handler));
  }
  Endpoint& route(std::string_view method, std::string_view pattern, HttpHandler handler);
  /// Handles requests that match no file, socket or route, whatever their method.
  Endpoint& otherwise(HttpHandler handler);
  /// `files` live as long as the program. Files take precedence over routes.
  Endpoint& static_files(std::span<const EmbeddedFile> files, const StaticOptions& options = {});

  /// Listens. On an error (the address cannot be bound, or a mount's options are invalid) nothing runs.
  [[nodiscard]] Result<void> start();
  /// The listening port, once started.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Stops accepting; closes every WebSocket with 1012 after the frames queued for it, in batches
  /// (EndpointOptions::drainer); lets HTTP requests finish; then calls `done` on the first shard. Any thread, once.
  void drain(UniqueFunction<void()> done);
  /// Calls drain(), waits for at most `timeout`, then calls close(). Not from a shard's thread.
  void drain_and_close(Duration timeout);
  /// Ends all connections immediately and waits for it: no handler runs afterwards. Not from a shard's thread.
  void close();

  /// Calls `report(connections)` on the first shard with the number of connections on all shards, long-poll sessions
  /// included.
  void count(UniqueFunction<void(std::size_t)> report);
  /// Of the connections of the calling shard.
  [[nodiscard]] const WebCounters& counters_here() const { return connections_.local().counters(); }

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
