// SPDX-License-Identifier: MIT

#pragma once

// The Web's names in a room's global scope: URL, fetch, TextEncoder, … (js/web/*.js). A name is a getter until it is
// first read; then its part is evaluated and the name becomes an ordinary property. A script may set it at any time. An
// unused name costs a room only the getter.

#include <entmoot/js/engine.hpp>

namespace entmoot::js {

/// Evaluates web_apis.js with `host` and defines the names. Returns the function that loads them (Root::load_web_api),
/// or an exception.
[[nodiscard]] JSValue define_web_apis(JSContext* ctx, JSValueConst host);

}  // namespace entmoot::js
