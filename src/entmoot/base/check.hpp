// SPDX-License-Identifier: MIT

#pragma once

// The third tier of errors: "we are wrong". Expected failures are Result<T>; an actor that cannot go on throws; a
// broken invariant of our own ends the process with the expression and the place, because going on would make it worse.

namespace entmoot::detail {
[[noreturn]] void check_failed(const char* expression, const char* file, int line, const char* note) noexcept;
}

/// Always on.
#define ENTMOOT_CHECK(expression, note) \
  (static_cast<bool>(expression) ? void(0) : ::entmoot::detail::check_failed(#expression, __FILE__, __LINE__, note))

/// For hot paths: on in Debug builds (and so under every sanitizer).
#ifdef NDEBUG
#define ENTMOOT_DCHECK(expression, note) void(0)
#else
#define ENTMOOT_DCHECK(expression, note) ENTMOOT_CHECK(expression, note)
#endif
