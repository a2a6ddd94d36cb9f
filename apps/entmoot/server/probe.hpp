// SPDX-License-Identifier: MIT

#pragma once

// Runs a program once, in isolation, before any room runs it: to find out whether its top level throws and what it
// exports. Used for `entmoot check`, before a reload, and for the configuration, which is a program too.
//
// The program runs on a stepped node of its own, within a room's limits. What it asks of the server has no effect:
// calls are answered with empty results or fail. Call it from any thread but a shard's; it blocks until the program has
// answered or its start timeout has expired.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/program.hpp>
#include <entmoot/runtime/secrets.hpp>

#include <string>

namespace entmoot_app {

struct ProbeOptions {
  entmoot::Budget budget = {};
  entmoot::Secrets secrets = {};  ///< That the program knows.
};

/// The program's answer to `message` (entry::describe, entry::default_export). `name` is the program's file; the
/// error's reason begins with it or, for an exception, with the position: "rooms/chat.ts:3:7: …".
[[nodiscard]] entmoot::Result<entmoot::JsonText> probe(const entmoot::Program& program, const std::string& name,
                                                       entmoot::Envelope message, const ProbeOptions& options = {});

}  // namespace entmoot_app
