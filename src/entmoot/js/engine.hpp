// SPDX-License-Identifier: MIT

#pragma once

// QuickJS-ng, the one file that includes it, and where its code lies. Nothing above the js floor includes this.

#include <entmoot/core/slicer.hpp>

#include <quickjs.h>

extern "C" {
extern const char __start_text_quickjs[];  // the linker's, from the section's name (cmake/engine.cmake)
extern const char __stop_text_quickjs[];
}

namespace entmoot::js {

/// Where a room may be switched out by force (core/slicer.hpp).
[[nodiscard]] inline CodeRange engine_code() noexcept { return {__start_text_quickjs, __stop_text_quickjs}; }

/// Stack a turn may use in JavaScript, and the fiber's, which is larger: raising the overflow error itself, a signal
/// frame and our host functions need room below the engine's limit. Sanitizers blow frames up.
inline constexpr std::size_t script_stack_bytes = with_asan || with_tsan ? 1024 * 1024 : 256 * 1024;
inline constexpr std::size_t fiber_stack_bytes = script_stack_bytes + (with_asan || with_tsan ? 1024 : 128) * 1024;

}  // namespace entmoot::js
