// SPDX-License-Identifier: MIT

#pragma once

// An error, for code and for people. Code decides by `code`; the wording of `reason` and `detail` may change in any
// release, so nothing compares it.

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

/// The kind of a failure.
enum class ErrorCode {
  failed,          ///< None of the other codes applies; see the reason.
  invalid,         ///< The input is malformed or contradicts itself. The same input fails again.
  limit,           ///< A documented limit is exceeded: a size, a count. The same input fails again until it is smaller.
  not_found,       ///< No such room, child, handler, file or name.
  already_exists,  ///< The name is taken (OTP's already_started).
  unauthorized,    ///< No valid token, a foreign origin, or the application refuses this caller.
  overloaded,      ///< A bounded queue is full. A later attempt may succeed.
  unavailable,     ///< Restarting, quarantined, being replaced or shutting down. A later attempt may succeed.
  timeout,         ///< No answer before the deadline. Whether the work was done is unknown.
  no_process,      ///< The callee exited before it replied, or no process has that name (OTP's noproc).
  cancelled,       ///< The caller withdrew the request.
  exception,       ///< C++ code threw; `guarded()` caught it (base/guarded.hpp).
  script,          ///< JavaScript threw: `reason` is the exception's message, `detail` its stack.
  out_of_memory,   ///< The room passed a limit of its heap.
  cpu_limit,       ///< A turn used up its CPU time.
  turn_limit,      ///< A turn passed another of its limits: microtasks, output.
  start_failed,    ///< The script's top level threw.
  start_timeout,   ///< The script's top level did not finish in time.
  killed,          ///< The process was ended by force (Process.exit(pid, :kill)).
  diverged,        ///< A recorded turn of a durable room did something else when it was replayed.
  io,              ///< The operating system, the network or the database refused an operation.
};

/// "not_found": for logs and for protocols between this project's processes (server/control).
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;
/// The code with that name; nullopt if there is none.
[[nodiscard]] std::optional<ErrorCode> error_code_named(std::string_view name) noexcept;

/// `reason` is for a person: a short clause, no stack, no secrets; it may travel to a client as {"reason": …}.
/// `detail` (a stack, a file and line) is for the log only. `id`, if it has one, is in the log next to the detail, and
/// may travel to a client in place of a reason that is not for it.
struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string reason = {};
  std::string detail = {};
  std::string id = {};

  /// An error may have no reason (Phoenix's plain `:error`); the reply to the client then has none.
  [[nodiscard]] bool has_reason() const noexcept { return !reason.empty(); }

  friend bool operator==(const Error&, const Error&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Error& error) {
    return out << to_string(error.code) << ": " << error.reason;
  }
};

[[nodiscard]] inline Error fail(ErrorCode code, std::string reason, std::string detail = {}) {
  return {code, std::move(reason), std::move(detail)};
}

}  // namespace entmoot
