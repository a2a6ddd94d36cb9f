// SPDX-License-Identifier: MIT

#include <entmoot/base/guarded.hpp>

#include <exception>

namespace entmoot {

Error error_from_current_exception() noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    return fail(ErrorCode::exception, error.what());
  } catch (...) {
    return fail(ErrorCode::exception, "an exception that is not a std::exception");
  }
}

}  // namespace entmoot
