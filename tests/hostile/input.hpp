// SPDX-License-Identifier: MIT

#pragma once

// The arguments that a hostile client sends with a call.

#include <string>
#include <string_view>

namespace entmoot::hostile {

/// The arguments of run(), a JSON array:
///   colliding-keys N     an object of N keys that h * 263 + c, the engine's own string hash, cannot tell apart
///   colliding-numbers N  an object of N integers as keys that fall into one bucket of the engine's own property hash
///   deep N               N brackets in brackets
///   digits N             a number of N digits
///   proto                an object with keys that mean something to the language
[[nodiscard]] std::string arguments_of(std::string_view input);

}  // namespace entmoot::hostile
