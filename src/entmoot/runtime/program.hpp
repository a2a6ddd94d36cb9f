// SPDX-License-Identifier: MIT

#pragma once

// A program made ready for rooms: compiled, and laid into a template heap that each room is copied from. Either the
// modules of an app (js/module_loader.hpp) or one classic script.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

namespace js {
class ModuleGraph;
class TemplateHeap;
}  // namespace js

/// Immutable; a value that may be shared by all shards.
class Program {
 public:
  /// Global variables: their names and JSON texts.
  using Globals = std::map<std::string, JsonText>;

  /// `name` ends in .ts for TypeScript. The error says file, line and what is wrong. Blocks for some ten milliseconds.
  [[nodiscard]] static Result<Program> load(std::string name, std::string_view source);

  /// `globals` are set before anything of it runs. An import of what is not exported is found here.
  [[nodiscard]] static Result<Program> load(std::shared_ptr<const js::ModuleGraph> graph, const Globals& globals = {});

  [[nodiscard]] const js::TemplateHeap& heap() const noexcept { return *heap_; }

 private:
  explicit Program(std::shared_ptr<const js::TemplateHeap> heap) : heap_(std::move(heap)) {}
  std::shared_ptr<const js::TemplateHeap> heap_;
};

}  // namespace entmoot
