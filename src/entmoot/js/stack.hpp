// SPDX-License-Identifier: MIT

#pragma once

// The two facts about the engine that a scheduler has to know: how much stack a turn takes, and where the engine's code
// lies.

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/core/slicer.hpp>

#include <cstddef>

namespace entmoot::js {

/// Stack a turn may use in JavaScript, and the fiber's, which is larger: raising the overflow error itself, a signal
/// frame and our host functions need room below the engine's limit. Sanitizers blow frames up.
inline constexpr std::size_t script_stack_bytes = with_asan || with_tsan ? 1024 * 1024 : 256 * 1024;
inline constexpr std::size_t fiber_stack_bytes = script_stack_bytes + (with_asan || with_tsan ? 1024 : 128) * 1024;

/// Where a room may be switched out by force (core/slicer.hpp).
[[nodiscard]] CodeRange engine_code() noexcept;

}  // namespace entmoot::js
