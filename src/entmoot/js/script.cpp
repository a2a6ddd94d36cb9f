// SPDX-License-Identifier: MIT

#include <entmoot/js/script.hpp>

#include <entmoot/js/scratch_engine.hpp>
#include <entmoot/js/typescript_compiler.hpp>
#include <entmoot/js/written_places.hpp>

#include <optional>

namespace entmoot::js {

Result<std::shared_ptr<const ModuleGraph>> compile_script(std::string name, std::string_view source) {
  std::optional<JavaScript> javascript;
  std::optional<SourceMap> map;
  if (is_compiled_language(name)) {
    TypeScriptCompiler typescript;
    auto compiled = typescript.compile({.name = name, .text = source, .form = TypeScriptSource::Form::script});
    if (!compiled) return compiled.error();
    javascript = *std::move(compiled);
    auto parsed = SourceMap::parse(javascript->map, javascript->code, source);
    if (!parsed) return fail(ErrorCode::failed, name + ": " + parsed.error().reason);
    map = *std::move(parsed);
  }
  const WrittenPlaces places(map ? &*map : nullptr, 0);
  const ScratchEngine engine;
  const auto program = engine.compile(javascript ? javascript->code : std::string(source), name, JS_EVAL_TYPE_GLOBAL);
  if (!program) return program.error();
  auto bytes = engine.bytecode(*program);
  if (!bytes) return bytes.error();
  std::vector<ModuleGraph::Module> modules{{.name = std::move(name),
                                            .kind = ModuleGraph::Kind::script,
                                            .bytecode = std::make_shared<const std::string>(std::move(*bytes))}};
  return std::make_shared<const ModuleGraph>(std::move(modules), std::vector<std::string>());
}

}  // namespace entmoot::js
