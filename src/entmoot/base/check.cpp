// SPDX-License-Identifier: MIT

#include <entmoot/base/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace entmoot::detail {

void check_failed(const char* expression, const char* file, int line, const char* note) noexcept {
  std::fprintf(stderr, "%s:%d: check failed: %s (rule: %s)\n", file, line, expression, note);
  std::abort();
}

}  // namespace entmoot::detail
