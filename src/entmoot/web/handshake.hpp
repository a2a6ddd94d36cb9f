// SPDX-License-Identifier: MIT

#pragma once

// The opening of a WebSocket (RFC 6455 §4.2), as decisions about a request. No I/O.

#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <optional>
#include <string_view>

namespace entmoot {

/// Why the request cannot become a WebSocket, or nothing if it can: 400, with a text that names the header in Phoenix's
/// words.
[[nodiscard]] std::optional<HttpResponse> upgrade_refusal(const HttpRequest& request);

/// The 101. Names `subprotocol` unless it is empty.
[[nodiscard]] HttpResponse upgrade_response(const HttpRequest& request, std::string_view subprotocol);

}  // namespace entmoot
