// SPDX-License-Identifier: MIT

#pragma once

// Which handler answers a request: method and path pattern (web/path_pattern.hpp), in the order they were added.
//
// Filled before the server starts, immutable afterwards, read by every shard. So a handler runs on the connection's
// shard, and the same handler object on several shards at once: state of its own it may not change.

#include <entmoot/web/http_request.hpp>
#include <entmoot/web/path_pattern.hpp>
#include <entmoot/web/responder.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

using HttpHandler = std::function<void(HttpRequest, Responder)>;

class Router {
 public:
  void add(std::string_view method, std::string_view pattern, HttpHandler handler);
  /// Whatever no route's path fits; without it that is 404.
  void otherwise(HttpHandler handler) { otherwise_ = std::move(handler); }

  /// Calls the handler, or answers itself: 404, 405 with Allow, 400 for an escape that does not decode. HEAD goes to
  /// the handler for GET (the connection leaves the body out); OPTIONS, where nobody handles it, is answered 204.
  void route(HttpRequest request, Responder responder) const;

 private:
  struct Route {
    std::string method;
    PathPattern pattern;
    HttpHandler handler;
  };

  std::vector<Route> routes_;
  HttpHandler otherwise_;
};

}  // namespace entmoot
