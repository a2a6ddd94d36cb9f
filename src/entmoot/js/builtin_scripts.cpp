// SPDX-License-Identifier: MIT

#include <entmoot/js/builtin_scripts.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/js/scratch_engine.hpp>

#include <span>
#include <string>
#include <vector>

std::span<const entmoot::EmbeddedFile> builtin_sources();  // cmake/embed.cmake

namespace entmoot::js {

namespace {

struct Compiled {
  std::string_view file;
  std::string bytecode;
};

std::string compile(const ScratchEngine& engine, const EmbeddedFile& file) {
  const std::string name = "entmoot:" + std::string(file.name.substr(0, file.name.rfind('.')));
  const auto program =
      engine.evaluate(std::string(file.bytes), name.c_str(), JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  const std::string trouble = program ? "" : name + ": " + program.error().reason + program.error().detail;
  ENTMOOT_CHECK(program.has_value(), trouble.c_str());
  std::size_t size = 0;
  std::uint8_t* bytes = JS_WriteObject(engine.context(), &size, *program,
                                       JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE | JS_WRITE_OBJ_STRIP_DEBUG);
  JS_FreeValue(engine.context(), *program);
  ENTMOOT_CHECK(bytes, "no memory for bytecode");
  std::string bytecode(reinterpret_cast<const char*>(bytes), size);
  js_free(engine.context(), bytes);
  return bytecode;
}

const std::vector<Compiled>& scripts() {
  static const std::vector<Compiled> all = [] {
    std::vector<Compiled> made;
    const ScratchEngine engine;
    for (const EmbeddedFile& file : builtin_sources()) made.push_back({file.name, compile(engine, file)});
    return made;
  }();
  return all;
}

}  // namespace

void compile_builtin_scripts() { (void)scripts(); }

JSValue evaluate_builtin_script(JSContext* ctx, std::string_view file) noexcept {
  for (const Compiled& script : scripts()) {
    if (script.file != file) continue;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(script.bytecode.data());
    JSValue program = JS_ReadObject(ctx, bytes, script.bytecode.size(), JS_READ_OBJ_BYTECODE);
    return JS_IsException(program) ? program : JS_EvalFunction(ctx, program);
  }
  return JS_UNDEFINED;
}

}  // namespace entmoot::js
