// SPDX-License-Identifier: MIT

#include <entmoot/web/router.hpp>

#include <utility>

namespace entmoot {

void Router::add(std::string_view method, std::string_view pattern, HttpHandler handler) {
  routes_.push_back({std::string(method), PathPattern(pattern), std::move(handler)});
}

void Router::route(HttpRequest request, Responder responder) const {
  const auto path = path_segments(request.path);
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  std::vector<std::string_view> allowed;
  for (const auto& route : routes_) {
    if (!route.pattern.matches(path)) continue;
    if (route.method != method) {
      allowed.push_back(route.method);
      continue;
    }
    if (!route.pattern.bind(path, request.params)) {
      return responder.respond(HttpResponse::error(400, "malformed percent escape in the path"));
    }
    return route.handler(std::move(request), std::move(responder));
  }
  if (allowed.empty() && otherwise_) return otherwise_(std::move(request), std::move(responder));
  if (allowed.empty()) return responder.respond(HttpResponse::error(404, "not found"));
  std::string allow = "OPTIONS";
  for (const auto one : allowed) {
    if (allow.find(one) == std::string::npos) allow.append(", ").append(one);
    if (one == "GET" && allow.find("HEAD") == std::string::npos) allow += ", HEAD";
  }
  auto answer = method == "OPTIONS" ? HttpResponse::empty(204) : HttpResponse::error(405, "method not allowed");
  responder.respond(std::move(answer).with("allow", std::move(allow)));
}

}  // namespace entmoot
