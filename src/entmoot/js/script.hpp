// SPDX-License-Identifier: MIT

#pragma once

// A program that is one classic script, for applications that embed the library: its function declarations are global
// functions that the server can call. An app's rooms are modules (module_loader.hpp). Both become a ModuleGraph, which
// is compiled once and run in every room that uses it.
//
// TypeScript is compiled to JavaScript first (js/typescript_compiler.hpp). Stack traces name the lines of the file as
// it was written.

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_graph.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot::js {

/// Stack traces show `name`; its extension says whether the source is TypeScript. Errors name the file and line. Blocks
/// for some milliseconds: call it at start-up or on a Worker.
[[nodiscard]] Result<std::shared_ptr<const ModuleGraph>> compile_script(std::string name, std::string_view source);

}  // namespace entmoot::js
