// SPDX-License-Identifier: MIT

#include <entmoot/js/script.hpp>

#include <entmoot/js/scratch_engine.hpp>
#include <entmoot/js/source_tools.hpp>

namespace entmoot::js {

Result<std::shared_ptr<const ModuleGraph>> compile_script(std::string name, std::string_view source) {
  std::string javascript(source);
  if (name.ends_with(".ts")) {
    auto stripped = SourceTools().strip_types(name, source, SourceTools::Form::script);
    if (!stripped) return stripped.error();
    javascript = std::move(*stripped);
  }
  const ScratchEngine engine;
  const auto program = engine.compile(javascript, name, JS_EVAL_TYPE_GLOBAL);
  if (!program) return program.error();
  auto bytes = engine.bytecode(*program);
  if (!bytes) return bytes.error();
  std::vector<ModuleGraph::Module> modules{{.name = std::move(name),
                                            .kind = ModuleGraph::Kind::script,
                                            .bytecode = std::make_shared<const std::string>(std::move(*bytes))}};
  return std::make_shared<const ModuleGraph>(std::move(modules), std::vector<std::string>());
}

}  // namespace entmoot::js
