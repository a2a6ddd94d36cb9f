// SPDX-License-Identifier: MIT

#pragma once

// Which pages of other origins may read the responses of rooms (the CORS protocol of the WHATWG Fetch standard, section
// 3.2). Without cookies: a room knows its clients by a token in a header, so credentials are never allowed.

#include <entmoot/base/result.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <optional>
#include <string>
#include <vector>

namespace entmoot {

struct CorsPolicy {
  /// As OriginPolicy::allowed, or "*" for any. Empty: none.
  std::vector<std::string> origins = {};

  [[nodiscard]] Result<void> validate() const;
  /// The request's origin, if its page may read the response.
  [[nodiscard]] std::optional<std::string> allowed_origin(const HttpRequest& request) const;
};

/// The answer to the OPTIONS that a browser sends before a request from `origin`; nothing if it is no such request.
[[nodiscard]] std::optional<HttpResponse> cors_preflight(const HttpRequest& request, const std::string& origin);

/// Lets the page of `origin` read `response`, unless the response decides that itself.
void allow_origin(HttpResponse& response, const std::string& origin);

}  // namespace entmoot
