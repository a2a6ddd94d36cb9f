// SPDX-License-Identifier: MIT

#pragma once

// The two facts about the engine that the scheduler needs: the stack size of a turn, and the address range of the
// engine's code.

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/core/slicer.hpp>

#include <cstddef>

namespace entmoot::js {

/// The stack that JavaScript may use in a turn, and the stack of the fiber, which is larger: raising the overflow
/// error, a signal frame and host functions need space beyond the engine's limit. Sanitizers enlarge frames.
inline constexpr std::size_t script_stack_bytes = with_asan || with_tsan ? 1024 * 1024 : 256 * 1024;
inline constexpr std::size_t fiber_stack_bytes = script_stack_bytes + (with_asan || with_tsan ? 1024 : 128) * 1024;

/// The code in which a room may be preempted by force (core/slicer.hpp).
[[nodiscard]] CodeRange engine_code() noexcept;

}  // namespace entmoot::js
