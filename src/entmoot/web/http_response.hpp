// SPDX-License-Identifier: MIT

#pragma once

// One HTTP response as a value, and its serialization. The head is written in one place, so no header can be injected:
// a name or value that could break out of its line replaces the whole response with a 500.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/web/http_request.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers = {};
  SharedBytes body = {};

  [[nodiscard]] static HttpResponse text(int status, std::string_view text);
  [[nodiscard]] static HttpResponse json(int status, const JsonText& json);
  /// {"error": reason}
  [[nodiscard]] static HttpResponse error(int status, std::string_view reason);
  /// A status without a body.
  [[nodiscard]] static HttpResponse empty(int status);

  HttpResponse& with(std::string name, std::string value) & {
    headers.push_back({std::move(name), std::move(value)});
    return *this;
  }
  HttpResponse with(std::string name, std::string value) && {
    headers.push_back({std::move(name), std::move(value)});
    return std::move(*this);
  }
};

[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// The head of `response`, including the empty line. May replace the response with a 500 (see above). Adds Date,
/// Content-Length, Connection where needed, and the headers of every response: nosniff, no-referrer.
[[nodiscard]] std::string response_head(HttpResponse& response, bool keep_alive);

}  // namespace entmoot
