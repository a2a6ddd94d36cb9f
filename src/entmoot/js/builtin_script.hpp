// SPDX-License-Identifier: MIT

#pragma once

// A script of the server that is evaluated into a template heap after prelude.js and before the room's program: the
// script side of a floor above this one (rooms/room.js). It is an expression whose value is a function:
//
//   (function (host, means) { … })
//
// `host` is the interface to the server (js/host.hpp), `means` is the interface of prelude.js for built-in scripts. The
// function adds properties to the global object, and functions to `means.entries` that the server calls by name. It may
// return an object that sets up the delivery of messages (js/delivery.hpp).

#include <entmoot/base/embedded.hpp>

#include <memory>
#include <string>

namespace entmoot::js {

/// Immutable; shared by all templates.
struct BuiltinScript {
  std::string name;  ///< "room.js"
  std::string bytecode;

  /// Blocks for a millisecond, on any thread. Aborts if the script does not compile.
  [[nodiscard]] static std::shared_ptr<const BuiltinScript> compile(const EmbeddedFile& file);
};

}  // namespace entmoot::js
