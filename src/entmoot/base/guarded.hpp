// SPDX-License-Identifier: MIT

#pragma once

// The crash boundary: the one place where an exception becomes an Error. Code that calls untrusted code (a callback of
// the application, a handler, a posted task, a timer) calls it through guarded() and handles the Error: an actor exits,
// a channel ends with phx_error, an HTTP request is answered with 500. Code below a guarded() call lets exceptions
// pass.

#include <entmoot/base/result.hpp>

#include <type_traits>
#include <utility>

namespace entmoot {

/// What was thrown, as an Error with code `exception`: what() of a std::exception, a fixed text for anything else
/// (`throw 5`). Only inside a catch block.
[[nodiscard]] Error error_from_current_exception() noexcept;

/// Runs `f()`. Returns its value, or what it threw. An `f` that itself returns a Result<T> is not wrapped twice.
template <class F>
[[nodiscard]] auto guarded(F&& f) {
  using Value = std::remove_cvref_t<std::invoke_result_t<F>>;
  using Outcome = std::conditional_t<is_result<Value>, std::type_identity<Value>, std::type_identity<Result<Value>>>;
  try {
    if constexpr (std::is_void_v<Value>) {
      std::forward<F>(f)();
      return Result<void>();
    } else {
      return typename Outcome::type(std::forward<F>(f)());
    }
  } catch (...) {
    return typename Outcome::type(error_from_current_exception());
  }
}

}  // namespace entmoot
