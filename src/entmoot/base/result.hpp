// SPDX-License-Identifier: MIT

#pragma once

// The first tier of errors: what a caller has to expect. `Result<T>` is a value or an Error; nothing is thrown unless
// the caller asks for a value that is not there.

#include <boost/system/result.hpp>

#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace entmoot {

/// Why something expected did not work. `reason` is for a person: a short clause, no stack, no secrets; it may travel
/// to a client as {"reason": …}. `detail` (a stack, a file and line) is for the log only.
struct Error {
  Error() = default;
  // Two arguments, so that a plain string is never taken for an Error by Result<std::string>.
  Error(std::string why, std::string more) : reason(std::move(why)), detail(std::move(more)) {}

  std::string reason;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Error& error) { return out << error.reason; }
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.reason);
}

template <class T>
using Result = boost::system::result<T, Error>;

[[nodiscard]] inline Error fail(std::string reason, std::string detail = {}) {
  return {std::move(reason), std::move(detail)};
}

}  // namespace entmoot
