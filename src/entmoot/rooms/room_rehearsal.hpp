// SPDX-License-Identifier: MIT

#pragma once

// What rooms usually do, for js/rehearsal.hpp: the entries of rehearsal.js, in the order in which a room gets them.

#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/rehearsal.hpp>

#include <memory>

namespace entmoot {

[[nodiscard]] js::Rehearsal room_rehearsal();

}  // namespace entmoot
