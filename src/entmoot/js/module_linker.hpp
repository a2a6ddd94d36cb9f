// SPDX-License-Identifier: MIT

#pragma once

// Loads a module graph into a heap: reads its bytecode, and links each import to its module and export, so that a room
// only has to evaluate it. No code of the program runs here.
//
// The graph must outlive the runtime and all its copies: import() and require() look up their targets in it.

#include <entmoot/base/result.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/module_graph.hpp>

namespace entmoot::js {

struct LinkedProgram {
  JSValue entry;    ///< For JS_EvalFunction.
  JSValue exports;  ///< The entry's namespace; undefined for a classic script.
};

/// Root::graph must be set in the context's heap.
[[nodiscard]] Result<LinkedProgram> link_graph(JSContext* ctx, const ModuleGraph& graph);

}  // namespace entmoot::js
