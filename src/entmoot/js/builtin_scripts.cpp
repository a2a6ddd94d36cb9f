// SPDX-License-Identifier: MIT

#include <entmoot/js/builtin_scripts.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/js/scratch_engine.hpp>

#include <span>
#include <string>
#include <vector>

std::span<const entmoot::EmbeddedFile> builtin_sources();       // cmake/embed.cmake
std::span<const entmoot::EmbeddedFile> web_library_bytecode();  // compiled when the server is built

namespace entmoot::js {

namespace {

std::string bytecode_of(const ScratchEngine& engine, const EmbeddedFile& file) {
  const std::string name = "entmoot:" + std::string(file.name.substr(0, file.name.rfind('.')));
  const auto program =
      engine.evaluate(std::string(file.bytes), name.c_str(), JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  const std::string trouble =
      program ? "" : "a built-in script compiles; " + name + ": " + program.error().reason + program.error().detail;
  ENTMOOT_CHECK(program.has_value(), trouble.c_str());
  std::size_t size = 0;
  std::uint8_t* bytes = JS_WriteObject(engine.context(), &size, *program,
                                       JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE | JS_WRITE_OBJ_STRIP_DEBUG);
  JS_FreeValue(engine.context(), *program);
  ENTMOOT_CHECK(bytes, "bytecode of a built-in script fits into memory");
  std::string bytecode(reinterpret_cast<const char*>(bytes), size);
  js_free(engine.context(), bytes);
  return bytecode;
}

const std::vector<BuiltinScript>& scripts() {
  static const std::vector<BuiltinScript> all = [] {
    std::vector<BuiltinScript> made;
    const ScratchEngine engine;
    for (const EmbeddedFile& file : builtin_sources()) {
      made.push_back({std::string(file.name), bytecode_of(engine, file)});
    }
    for (const EmbeddedFile& file : web_library_bytecode()) {
      const std::string stem(file.name.substr(0, file.name.rfind('.')));
      made.push_back({stem + ".js", std::string(file.bytes)});
    }
    return made;
  }();
  return all;
}

}  // namespace

std::shared_ptr<const BuiltinScript> BuiltinScript::compile(const EmbeddedFile& file) {
  const ScratchEngine engine;
  return std::make_shared<const BuiltinScript>(
      BuiltinScript{std::string(file.name.substr(file.name.rfind('/') + 1)), bytecode_of(engine, file)});
}

void compile_builtin_scripts() { (void)scripts(); }

JSValue evaluate_builtin_script(JSContext* ctx, std::string_view file) noexcept {
  for (const BuiltinScript& script : scripts()) {
    if (script.name == file) return evaluate_builtin_script(ctx, script);
  }
  return JS_UNDEFINED;
}

JSValue evaluate_builtin_script(JSContext* ctx, const BuiltinScript& script) noexcept {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(script.bytecode.data());
  JSValue program = JS_ReadObject(ctx, bytes, script.bytecode.size(), JS_READ_OBJ_BYTECODE);
  return JS_IsException(program) ? program : JS_EvalFunction(ctx, program);
}

}  // namespace entmoot::js
