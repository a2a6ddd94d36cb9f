// SPDX-License-Identifier: MIT

#pragma once

// The crash boundary: the one place where an exception becomes an exit reason. Each turn of an actor and each start of
// a child runs inside guarded_turn(), so that "let it crash" ends one actor and nothing around it; no other code of
// ours catches.

#include <entmoot/otp/exit_reason.hpp>

#include <exception>
#include <optional>

namespace entmoot {

/// Runs `turn`. Returns why its actor cannot go on, if it cannot.
template <class Turn>
[[nodiscard]] std::optional<ExitReason> guarded_turn(Turn&& turn) {
  try {
    turn();
    return std::nullopt;
  } catch (const std::exception& error) {
    return ExitReason::crash(error.what());
  } catch (...) {
    return ExitReason::crash("unknown exception");
  }
}

}  // namespace entmoot
