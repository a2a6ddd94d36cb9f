// SPDX-License-Identifier: MIT

#pragma once

// A room's program: compiled once, run in every room that uses it.
//
// TypeScript loses its types (js/typescript.hpp) and keeps its lines, so that a stack trace fits the file. The program
// is a classic script, not a module: a function declaration is a global function that the server can call.

#include <entmoot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot::js {

/// Immutable; may be shared by all shards.
class Script {
 public:
  /// `name` is what stack traces show; one that ends in .ts is TypeScript. The error names file, line and what is
  /// wrong. Blocks for some milliseconds: at start-up or on a Worker.
  [[nodiscard]] static Result<std::shared_ptr<const Script>> compile(std::string name, std::string_view source);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The engine's bytecode; as trusted as machine code, so only ever our own compiler's.
  [[nodiscard]] std::string_view bytecode() const noexcept { return bytecode_; }

 private:
  Script(std::string name, std::string bytecode) : name_(std::move(name)), bytecode_(std::move(bytecode)) {}
  std::string name_;
  std::string bytecode_;
};

}  // namespace entmoot::js
