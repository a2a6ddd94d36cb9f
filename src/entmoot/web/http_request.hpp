// SPDX-License-Identifier: MIT

#pragma once

// One HTTP/1.1 request as a value. Its contents have passed the checks of web/http_parser.hpp: names are tokens,
// values contain no control character, there is exactly one Host, the target begins with '/'.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// Compares header names case-insensitively (ASCII only).
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

struct HttpRequest {
  std::string method;
  std::string path;   ///< As sent, not decoded, without the query.
  std::string query;  ///< As sent, without '?'.
  std::string host;   ///< Value of Host: name or address, with the port if one was given.
  bool http_1_0 = false;
  bool keep_alive = true;
  std::vector<HttpHeader> headers;
  std::string body;
  std::string peer;                                         ///< Address of the client, for the log.
  std::vector<std::pair<std::string, std::string>> params;  ///< `:name` parts of the route, decoded.

  /// The first header of this name, or nothing.
  [[nodiscard]] const std::string* header(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;
  /// All headers of this name joined into one list (RFC 9110 §5.3).
  [[nodiscard]] std::string joined_header(std::string_view name) const;
  /// Whether `token` is a member of the comma-separated list in the headers of this name (case-insensitive).
  [[nodiscard]] bool header_has_token(std::string_view name, std::string_view token) const;
  /// A path parameter; empty if the route has none of this name.
  [[nodiscard]] std::string_view param(std::string_view name) const noexcept;
};

/// The members of a comma-separated list, trimmed, without empty ones.
[[nodiscard]] std::vector<std::string_view> list_members(std::string_view list);

/// Decodes percent escapes once. False if an escape is malformed, or the result is not UTF-8 or contains a control
/// character.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& out);

}  // namespace entmoot
