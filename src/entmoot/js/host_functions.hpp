// SPDX-License-Identifier: MIT

#pragma once

// The `host` object that is passed to prelude.js: each function converts its arguments from engine values, calls the
// room's Host, and converts the result.
//
// A rule for these functions: the engine may allocate, poll, be switched out or be dropped only while no object with a
// destructor is alive; C++ code with destructors runs only between enter_host and leave_host.

#include <entmoot/core/slicer.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/host.hpp>

#include <string_view>

namespace entmoot::js {

/// A new object with the functions; an exception value if memory is exhausted.
[[nodiscard]] JSValue new_host_object(JSContext* ctx);
/// For Date (patches/08-host-clock.patch), while the runtime has a Host.
[[nodiscard]] double wall_clock_of(JSContext* ctx) noexcept;
/// The Host of the context's runtime (JS_SetRuntimeOpaque).
[[nodiscard]] Host& host_of(JSContext* ctx) noexcept;
/// The value of a JSON text, or an exception.
[[nodiscard]] JSValue read_json(JSContext* ctx, std::string_view json) noexcept;

/// Runs `f(host)` between enter_host() and leave_host().
template <class F>
auto in_host(JSContext* ctx, F f) noexcept {
  Host& host = host_of(ctx);
  Slicer& slicer = host.slicer();
  slicer.enter_host();
  auto result = f(host);
  slicer.leave_host();
  return result;
}

}  // namespace entmoot::js
