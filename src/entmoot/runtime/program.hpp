// SPDX-License-Identifier: MIT

#pragma once

// A program made ready for rooms: compiled, and laid into a template heap that each room is copied from. Either the
// modules of an app (js/module_loader.hpp) or one classic script.

#include <entmoot/base/result.hpp>
#include <entmoot/js/template_heap.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

namespace js {
class ModuleGraph;
}  // namespace js

/// Immutable; a value that may be shared by all shards.
class Program {
 public:
  /// `name` ends in .ts for TypeScript. The error says file, line and what is wrong. Blocks for some ten milliseconds.
  [[nodiscard]] static Result<Program> load(std::string name, std::string_view source);

  /// An import of what is not exported is found here.
  [[nodiscard]] static Result<Program> load(std::shared_ptr<const js::ModuleGraph> graph,
                                            const js::TemplateOptions& options = {});

  [[nodiscard]] const js::TemplateHeap& heap() const noexcept { return *heap_; }

 private:
  explicit Program(std::shared_ptr<const js::TemplateHeap> heap) : heap_(std::move(heap)) {}
  std::shared_ptr<const js::TemplateHeap> heap_;
};

}  // namespace entmoot
