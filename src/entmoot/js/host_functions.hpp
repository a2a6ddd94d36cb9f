// SPDX-License-Identifier: MIT

#pragma once

// The `host` object that is passed to prelude.js: each function converts its arguments from engine values, calls the
// room's Host, and converts the result.
//
// A rule for these functions: the engine may allocate, poll, be switched out or be dropped only while no object with a
// destructor is alive; C++ code with destructors runs only between enter_host and leave_host.

#include <entmoot/js/engine.hpp>
#include <entmoot/js/host.hpp>

namespace entmoot::js {

/// A new object with the functions; an exception value if memory is exhausted.
[[nodiscard]] JSValue new_host_object(JSContext* ctx);
/// The Host of the context's runtime (JS_SetRuntimeOpaque).
[[nodiscard]] Host& host_of(JSContext* ctx) noexcept;

}  // namespace entmoot::js
