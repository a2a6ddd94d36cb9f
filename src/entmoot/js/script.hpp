// SPDX-License-Identifier: MIT

#pragma once

// A room's program that is one classic script, for who embeds the library: a function declaration is a global function
// that the server can call. An app's rooms are modules (module_loader.hpp); both become a ModuleGraph, compiled once
// and run in every room that uses it.
//
// TypeScript loses its types (js/source_tools.hpp) and keeps its lines, so that a stack trace fits the file.

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_graph.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot::js {

/// `name` is what stack traces show; one that ends in .ts is TypeScript. The error names file, line and what is wrong.
/// Blocks for some milliseconds: at start-up or on a Worker.
[[nodiscard]] Result<std::shared_ptr<const ModuleGraph>> compile_script(std::string name, std::string_view source);

}  // namespace entmoot::js
