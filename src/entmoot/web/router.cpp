// SPDX-License-Identifier: MIT

#include <entmoot/web/router.hpp>

#include <entmoot/base/check.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace entmoot {

namespace {

/// What lies between the slashes; "/" is one empty segment.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, HttpHandler handler) {
  ENTMOOT_CHECK(pattern.starts_with('/'), "a route begins with a slash");
  Route route{std::string(method), {}, std::move(handler)};
  for (const auto part : segments_of(pattern)) {
    const bool is_param = part.starts_with(':');
    route.segments.push_back({std::string(part.substr(is_param ? 1 : 0)), is_param});
  }
  routes_.push_back(std::move(route));
}

bool Router::matches(const Route& route, const std::vector<std::string_view>& path) noexcept {
  return std::ranges::equal(route.segments, path, [](const Segment& segment, std::string_view part) {
    return segment.is_param ? !part.empty() : segment.text == part;
  });
}

void Router::route(HttpRequest request, Responder responder) const {
  const auto path = segments_of(request.path);
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  std::vector<std::string_view> allowed;
  for (const auto& route : routes_) {
    if (!matches(route, path)) continue;
    if (route.method != method) {
      allowed.push_back(route.method);
      continue;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (!route.segments[i].is_param) continue;
      std::string value;
      if (!percent_decode(path[i], value)) {
        return responder.respond(HttpResponse::error(400, "the path does not decode"));
      }
      request.params.emplace_back(route.segments[i].text, std::move(value));
    }
    return route.handler(std::move(request), std::move(responder));
  }
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
