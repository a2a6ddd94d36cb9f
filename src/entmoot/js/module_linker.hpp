// SPDX-License-Identifier: MIT

#pragma once

// Lays a module graph into a heap: reads its bytecode, ties each request to its module and each import to its export,
// so that a room has only to evaluate. Nothing of the program runs here.
//
// The graph must outlive the runtime and all its copies: import() and require() look their requests up in it.

#include <entmoot/base/result.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/module_graph.hpp>

namespace entmoot::js {

struct LinkedProgram {
  JSValue entry;    ///< For JS_EvalFunction.
  JSValue exports;  ///< The entry's namespace; undefined for a classic script.
};

/// The context's heap must know the graph already (Root::graph).
[[nodiscard]] Result<LinkedProgram> link_graph(JSContext* ctx, const ModuleGraph& graph);

}  // namespace entmoot::js
