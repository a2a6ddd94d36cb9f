// SPDX-License-Identifier: MIT

#pragma once

// A room's fetch request and its response, converted between JSON and values. The script's side is
// js/web/fetch_types.js, but a script can also call the handler directly: everything is validated here.
//
//   [{"id", "url", "method", "headers": [["name", "value"], …], "redirect", "text" or "base64"}]
//   {"status", "statusText", "headers", "url", "redirected", "text" or "base64"}

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/web/fetch_policy.hpp>
#include <entmoot/web/http_request.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace entmoot {

struct FetchRequest {
  enum class Redirect : std::uint8_t { follow, error, manual };

  std::string id;  ///< Identifies the request to abort(); long and random, because all rooms share one table.
  FetchUrl url;
  std::string method = "GET";
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  Redirect redirect = Redirect::follow;

  [[nodiscard]] static Result<FetchRequest> parse(const JsonText& args, std::size_t body_bytes_max);
};

struct FetchResponse {
  unsigned status = 0;
  std::string reason = {};
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  std::string url = {};
  bool redirected = false;

  [[nodiscard]] JsonText to_json() const;
};

}  // namespace entmoot
