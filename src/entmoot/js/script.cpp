// SPDX-License-Identifier: MIT

#include <entmoot/js/script.hpp>

#include <entmoot/js/scratch_engine.hpp>
#include <entmoot/js/typescript.hpp>

namespace entmoot::js {

namespace {

// The engine's stack of a syntax error begins with where it is: "    at chat.ts:3:7\n".
std::string place(const std::string& stack) {
  const auto at = stack.find("at ");
  if (at == std::string::npos) return {};
  return stack.substr(at + 3, stack.find('\n', at) - at - 3);
}

}  // namespace

Result<std::shared_ptr<const Script>> Script::compile(std::string name, std::string_view source) {
  std::string javascript(source);
  if (name.ends_with(".ts")) {
    auto stripped = strip_types(name, source);
    if (!stripped) return stripped.error();
    javascript = std::move(*stripped);
  }
  ScratchEngine engine;
  JSContext* ctx = engine.context();
  auto program = engine.evaluate(javascript, name.c_str(), JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  if (!program) {
    const auto at = place(program.error().detail);
    return fail((at.empty() ? name : at) + ": " + program.error().reason, program.error().detail);
  }
  std::size_t size = 0;
  std::uint8_t* bytes = JS_WriteObject(ctx, &size, *program, JS_WRITE_OBJ_BYTECODE);
  JS_FreeValue(ctx, *program);
  if (!bytes) return engine.exception();
  std::string bytecode(reinterpret_cast<const char*>(bytes), size);
  js_free(ctx, bytes);
  return std::shared_ptr<const Script>(new Script(std::move(name), std::move(bytecode)));
}

}  // namespace entmoot::js
