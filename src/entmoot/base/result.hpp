// SPDX-License-Identifier: MIT

#pragma once

// The first tier of errors: expected failures. `Result<T>` is a value or an Error; it throws only if the caller reads
// the value of an Error.

#include <entmoot/base/error.hpp>

#include <boost/system/result.hpp>

#include <stdexcept>
#include <type_traits>

namespace entmoot {

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.reason);
}

template <class T>
using Result = boost::system::result<T, Error>;

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

}  // namespace entmoot
