// SPDX-License-Identifier: MIT

#pragma once

// The `host` object that prelude.js is given: each function takes numbers and strings out of the engine, calls the
// room's Host, and puts a number or a string back.
//
// The rule of these few frames: what the engine may do (allocate, poll, be switched out, be dropped) happens while
// nothing with a destructor is alive; what C++ may do happens between enter_host and leave_host.

#include <entmoot/js/engine.hpp>
#include <entmoot/js/host.hpp>

namespace entmoot::js {

/// A new object with the functions; an exception value when memory ran out.
[[nodiscard]] JSValue new_host_object(JSContext* ctx);
/// The Host a room's runtime belongs to (JS_SetRuntimeOpaque).
[[nodiscard]] Host& host_of(JSContext* ctx) noexcept;

}  // namespace entmoot::js
