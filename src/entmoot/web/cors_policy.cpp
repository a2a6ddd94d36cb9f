// SPDX-License-Identifier: MIT

#include <entmoot/web/cors_policy.hpp>

#include <entmoot/web/origin_policy.hpp>

#include <algorithm>

namespace entmoot {

namespace {

OriginPolicy listed(std::vector<std::string> origins) {
  return {.check = OriginPolicy::Check::listed, .allowed = std::move(origins)};
}

}  // namespace

Result<void> CorsPolicy::validate() const {
  std::vector<std::string> named = origins;
  std::erase(named, "*");
  return listed(std::move(named)).validate();
}

std::optional<std::string> CorsPolicy::allowed_origin(const HttpRequest& request) const {
  if (request.header_count("origin") != 1) return std::nullopt;
  const std::string& origin = *request.header("origin");
  const bool any = std::ranges::find(origins, "*") != origins.end();
  if (!any && !origin_allowed(listed(origins), request)) return std::nullopt;
  return origin;
}

std::optional<HttpResponse> cors_preflight(const HttpRequest& request, const std::string& origin) {
  const std::string* method = request.header("access-control-request-method");
  if (request.method != "OPTIONS" || !method) return std::nullopt;
  HttpResponse response =
      HttpResponse::empty(204).with("access-control-allow-methods", *method).with("access-control-max-age", "7200");
  const std::string headers = request.joined_header("access-control-request-headers");
  if (!headers.empty()) response.with("access-control-allow-headers", headers);
  allow_origin(response, origin);
  return response;
}

void allow_origin(HttpResponse& response, const std::string& origin) {
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(response.headers,
                               [&](const HttpHeader& header) { return same_name(header.name, name); });
  };
  if (has("access-control-allow-origin")) return;
  response.with("access-control-allow-origin", origin).with("vary", "origin");
  if (!has("access-control-expose-headers")) response.with("access-control-expose-headers", "*");
}

}  // namespace entmoot
