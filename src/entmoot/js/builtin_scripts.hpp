// SPDX-License-Identifier: MIT

#pragma once

// Our own JavaScript: prelude.js and the parts of the Web's APIs. Compiled once in a process and kept without its
// source and line numbers, which every room would carry otherwise.

#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/engine.hpp>

#include <string_view>

namespace entmoot::js {

/// Compiles them all, unless that was done before; blocks for some milliseconds. Aborts if one does not compile.
void compile_builtin_scripts();

/// What the script `file` ("prelude.js") evaluates to in `ctx`; undefined if there is no such file. May run on a fiber:
/// nothing with a destructor is alive while the engine works. Needs compile_builtin_scripts() to have returned.
[[nodiscard]] JSValue evaluate_builtin_script(JSContext* ctx, std::string_view file) noexcept;

/// The same for a script of a floor above.
[[nodiscard]] JSValue evaluate_builtin_script(JSContext* ctx, const BuiltinScript& script) noexcept;

}  // namespace entmoot::js
