// SPDX-License-Identifier: MIT

#pragma once

// A program run once, alone and without effects, before any room runs it: what does its top level throw, what does it
// export? For `entmoot check`, before a reload, and for the configuration, which is a program too.
//
// It runs on a shard of its own, which the calling thread steps, within a room's limits; whatever it asks of the server
// is refused or swallowed. Any thread that is no shard's; blocks until the program has answered or
// its time to start is over.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/program.hpp>

#include <string>
#include <string_view>

namespace entmoot_app {

/// What the entry `function` of js/room.js answers ("entmoot:describe", "entmoot:default"). `name` is the program's
/// file; the error's reason begins with it or, where something was thrown, with the place: "rooms/chat.ts:3:7: …".
[[nodiscard]] entmoot::Result<entmoot::JsonText> probe(const entmoot::Program& program, const std::string& name,
                                                       std::string_view function, const entmoot::Budget& budget = {});

}  // namespace entmoot_app
