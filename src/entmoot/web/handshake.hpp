// SPDX-License-Identifier: MIT

#pragma once

// The opening handshake of a WebSocket (RFC 6455 §4.2): validates the request and makes the response. No I/O.

#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <optional>
#include <string_view>

namespace entmoot {

/// The refusal of a request that cannot be upgraded, or nothing if it can: 400, with Phoenix's text that names the
/// header.
[[nodiscard]] std::optional<HttpResponse> upgrade_refusal(const HttpRequest& request);

/// The 101 response, with `subprotocol` unless it is empty.
[[nodiscard]] HttpResponse upgrade_response(const HttpRequest& request, std::string_view subprotocol);

}  // namespace entmoot
