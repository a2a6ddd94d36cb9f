// SPDX-License-Identifier: MIT

#pragma once

// The third tier of errors: bugs in this program. Expected failures are Result<T>; an actor that cannot continue
// throws; a violated invariant aborts the process and prints the expression and its place, because continuing could do
// damage.
//
// `note` states the rule that was violated: "a fiber runs one call at a time".

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
