// SPDX-License-Identifier: MIT

#include <entmoot/runtime/program.hpp>

#include <entmoot/js/script.hpp>
#include <entmoot/js/template_heap.hpp>

namespace entmoot {

Result<Program> Program::load(std::string name, std::string_view source) {
  const auto script = js::Script::compile(std::move(name), source);
  if (!script) return script.error();
  auto heap = js::TemplateHeap::build(**script);
  if (!heap) return heap.error();
  return Program(std::move(*heap));
}

}  // namespace entmoot
