// SPDX-License-Identifier: MIT

#pragma once

// A program for rooms: compiled, and loaded into a template heap that each room is copied from. Either the modules of
// an app (js/module_loader.hpp) or one classic script.

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
  /// `name` ends in .ts for TypeScript. The error names the file and line. Blocks for tens of milliseconds.
  [[nodiscard]] static Result<Program> load(std::string name, std::string_view source);

  /// An import of a name that is not exported is an error here.
  [[nodiscard]] static Result<Program> load(std::shared_ptr<const js::ModuleGraph> graph,
                                            const js::TemplateOptions& options = {});

  [[nodiscard]] const js::TemplateHeap& heap() const noexcept { return *heap_; }
  [[nodiscard]] const std::shared_ptr<const js::TemplateHeap>& shared_heap() const noexcept { return heap_; }

 private:
  explicit Program(std::shared_ptr<const js::TemplateHeap> heap) : heap_(std::move(heap)) {}
  std::shared_ptr<const js::TemplateHeap> heap_;
};

}  // namespace entmoot
