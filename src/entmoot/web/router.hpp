// SPDX-License-Identifier: MIT

#pragma once

// Selects the handler of a request by method and path pattern (web/path_pattern.hpp), in the order of registration.
//
// Filled before the server starts, immutable afterwards, read by every shard. A handler runs on the connection's shard,
// and the same handler object on several shards concurrently: it must not change state of its own.

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
  /// Handles requests whose path matches no route; without it they get 404.
  void otherwise(HttpHandler handler) { otherwise_ = std::move(handler); }

  /// Calls the handler, or answers: 404, 405 with Allow, 400 for a malformed percent escape. HEAD goes to the handler
  /// for GET (the connection omits the body); OPTIONS without a handler is answered 204.
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
