// SPDX-License-Identifier: MIT

#include <entmoot/runtime/program.hpp>

#include <entmoot/js/script.hpp>
#include <entmoot/js/template_heap.hpp>

namespace entmoot {

Result<Program> Program::load(std::string name, std::string_view source) {
  auto script = js::compile_script(std::move(name), source);
  if (!script) return script.error();
  return load(std::move(*script));
}

Result<Program> Program::load(std::shared_ptr<const js::ModuleGraph> graph, const js::TemplateOptions& options) {
  auto heap = js::TemplateHeap::build(std::move(graph), options);
  if (!heap) return heap.error();
  return Program(std::move(*heap));
}

}  // namespace entmoot
