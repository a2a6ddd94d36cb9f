// SPDX-License-Identifier: MIT

#pragma once

// The headers of static files: the Content-Security-Policy, strict unless the author relaxes it, and headers by path.

#include <entmoot/base/result.hpp>
#include <entmoot/web/http_request.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// Own scripts, styles and connections only; nothing inline, no plugins, no frame of another page around it.
inline constexpr std::string_view strict_content_policy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

/// `policy` with `sources` added to the directive `name`, such as "img-src" and "blob:". A directive that the policy
/// lacks begins with the sources of default-src; 'none' gives way to what is added. An error: not the name of a
/// directive, or a source with ";" or ",", or a control character.
[[nodiscard]] Result<std::string> relax_content_policy(std::string_view policy, std::string_view name,
                                                       const std::vector<std::string>& sources);

/// Headers of the files whose paths match.
struct HeaderRule {
  std::string pattern;                   ///< A path in which `*` stands for anything: "/game/*", "*.wasm".
  std::vector<HttpHeader> headers = {};  ///< An empty value takes the header away.
};

struct PageHeaders {
  std::string content_policy = std::string(strict_content_policy);  ///< Empty: none.
  std::vector<HeaderRule> rules = {};                               ///< In order; a later one replaces.

  /// Replaces, adds to or takes from `headers` what the rules say for `path`.
  void apply(std::string_view path, std::vector<HttpHeader>& headers) const;
};

/// Whether a file's response may have it: its name is a token, its value has no control character, and it is not a
/// header of the connection or of the body's framing.
[[nodiscard]] Result<void> check_page_header(const HttpHeader& header);

/// `*` stands for any characters, also "/".
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view text) noexcept;

}  // namespace entmoot
