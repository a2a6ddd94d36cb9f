// SPDX-License-Identifier: MIT

#pragma once

// HTTP for a node's rooms: the server's own files, the app's files, and requests to rooms, which their scripts handle
// in handleRequest. A reload may change all of it, so there are no endpoint routes: every request that does not match a
// socket is passed here.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/node/tokens.hpp>
#include <entmoot/rooms/rooms.hpp>
#include <entmoot/web/cors_policy.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/responder.hpp>
#include <entmoot/web/static_files.hpp>

#include <memory>

namespace entmoot {

/// The content a node serves; a reload replaces it as a whole. Immutable, shared by all shards.
struct HostedApp {
  std::shared_ptr<const RoomRoutes> routes = std::make_shared<const RoomRoutes>();
  StaticFiles files = {};
};

class RoomRequests {
 public:
  struct Options {
    StaticFiles own_files = {};  ///< The server's own, the same for every app.
    OriginPolicy origins = {};   ///< Origins whose pages may send requests with side effects.
    CorsPolicy cors = {};        ///< Origins whose pages may read responses.
    Tokens tokens = {};          ///< Of `Authorization: Bearer`.
  };
  /// `rooms` outlive it.
  RoomRequests(Rooms& rooms, std::size_t shards, Options options, const std::shared_ptr<const HostedApp>& app);

  /// On the connection's shard, so on several shards concurrently.
  void handle(const HttpRequest& request, Responder responder) const;
  /// On each shard: switches to `app`.
  void use_here(std::shared_ptr<const HostedApp> app) { app_.local() = std::move(app); }

 private:
  [[nodiscard]] JsonText head_of(const HttpRequest& request, std::string_view rest) const;
  [[nodiscard]] Json identity_of(const HttpRequest& request) const;

  Rooms& rooms_;
  const Options options_;
  PerShard<std::shared_ptr<const HostedApp>> app_;
};

}  // namespace entmoot
