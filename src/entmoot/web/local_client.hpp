// SPDX-License-Identifier: MIT

#pragma once

// Whether a request comes from this machine itself: grants what only a local user may do without credentials (killing
// rooms). Three conditions: the connection comes from loopback; Host names loopback too (which excludes a page of
// another site whose own name resolves to 127.0.0.1); and no proxy forwarded the request.

#include <entmoot/web/http_request.hpp>

namespace entmoot {

[[nodiscard]] bool is_local_client(const HttpRequest& request) noexcept;

}  // namespace entmoot
