// SPDX-License-Identifier: MIT

#pragma once

// A program run once, alone and without effects, before any room runs it: does its top level throw, what does it
// export? For `entmoot check`, before a reload, and for the configuration, which is a program too.
//
// It runs on a stepped node of its own, within a room's limits; whatever it asks of the server is refused or ignored.
// Any thread that is no shard's; blocks until the program has answered or its time to start is over.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/program.hpp>

#include <string>

namespace entmoot_app {

/// What the program answers to `message` (entry::describe, entry::default_export). `name` is the program's file; the
/// error's reason begins with it or, where something was thrown, with the place: "rooms/chat.ts:3:7: …".
[[nodiscard]] entmoot::Result<entmoot::JsonText> probe(const entmoot::Program& program, const std::string& name,
                                                       entmoot::Envelope message, const entmoot::Budget& budget = {});

}  // namespace entmoot_app
