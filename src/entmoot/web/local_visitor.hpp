// SPDX-License-Identifier: MIT

#pragma once

// Whether a request comes from a person at this machine: for what only they may do without showing who they are
// (killing rooms). The connection comes from loopback, the address bar says so too (a page of another site that points
// its own name at 127.0.0.1 does not), and no proxy speaks for somebody else.

#include <entmoot/web/http_request.hpp>

namespace entmoot {

[[nodiscard]] bool is_local_visitor(const HttpRequest& request) noexcept;

}  // namespace entmoot
