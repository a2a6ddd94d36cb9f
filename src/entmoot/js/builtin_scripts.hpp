// SPDX-License-Identifier: MIT

#pragma once

// The JavaScript of this library: prelude.js and the parts of the Web's APIs. Compiled once per process, and kept
// without source and line numbers, which would otherwise be in every room's heap.

#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/engine.hpp>

#include <string_view>

namespace entmoot::js {

/// Compiles all scripts at the first call; blocks for some milliseconds. Aborts if one does not compile.
void compile_builtin_scripts();

/// Evaluates the script `file` ("prelude.js") in `ctx` and returns its value; undefined if there is no such file. May
/// run on a fiber: no object with a destructor is alive while the engine runs. compile_builtin_scripts() must have
/// returned.
[[nodiscard]] JSValue evaluate_builtin_script(JSContext* ctx, std::string_view file) noexcept;

/// Evaluates a script of a floor above.
[[nodiscard]] JSValue evaluate_builtin_script(JSContext* ctx, const BuiltinScript& script) noexcept;

}  // namespace entmoot::js
