// SPDX-License-Identifier: MIT

#pragma once

// A script of ours that is evaluated into a template heap behind prelude.js, before the room's program: the script side
// of a floor above this one (rooms/room.js). It is an expression whose value is a function:
//
//   (function (host, means) { … })
//
// `host` is the door to the server (js/host.hpp), `means` what prelude.js offers to scripts like this. The function
// adds what it likes to the global object, and entries to `means.entries` that the server calls by name.

#include <entmoot/base/embedded.hpp>

#include <memory>
#include <string>

namespace entmoot::js {

/// Immutable; shared by all templates.
struct BuiltinScript {
  std::string name;  ///< "room.js"
  std::string bytecode;

  /// Blocks for a millisecond, on any thread. Aborts if it does not compile.
  [[nodiscard]] static std::shared_ptr<const BuiltinScript> compile(const EmbeddedFile& file);
};

}  // namespace entmoot::js
