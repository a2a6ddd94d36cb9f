// SPDX-License-Identifier: MIT

#include "fresh_room.hpp"

#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/js/host_functions.hpp>
#include <entmoot/js/scratch_engine.hpp>

#include <cstdint>
#include <span>

std::span<const entmoot::EmbeddedFile> builtin_sources();  // cmake/embed.cmake

namespace bench {

std::string compile_prelude() {
  const entmoot::js::ScratchEngine engine;
  JSContext* ctx = engine.context();
  const auto compiled = engine.evaluate(std::string(builtin_sources().front().bytes), "prelude",
                                        JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  ENTMOOT_CHECK(compiled.has_value(), "the prelude must compile");
  std::size_t size = 0;
  std::uint8_t* bytes = JS_WriteObject(ctx, &size, *compiled, JS_WRITE_OBJ_BYTECODE);
  ENTMOOT_CHECK(bytes, "the prelude must have bytecode");
  std::string bytecode(reinterpret_cast<const char*>(bytes), size);
  js_free(ctx, bytes);
  JS_FreeValue(ctx, *compiled);
  return bytecode;
}

FreshRoom::FreshRoom() : rt_(JS_NewRuntime()), ctx_(JS_NewContext(rt_)) {}

FreshRoom::~FreshRoom() {
  JS_FreeValue(ctx_, entries_);
  JS_FreeValue(ctx_, program_);
  JS_FreeContext(ctx_);
  JS_FreeRuntime(rt_);
}

JSValue FreshRoom::read(std::string_view bytecode) {
  return JS_ReadObject(ctx_, reinterpret_cast<const std::uint8_t*>(bytecode.data()), bytecode.size(),
                       JS_READ_OBJ_BYTECODE);
}

void FreshRoom::load(const std::string& prelude, const entmoot::js::ModuleGraph& script) {
  JSValue function = JS_EvalFunction(ctx_, read(prelude));
  JSValue host = entmoot::js::new_host_object(ctx_);
  entries_ = JS_Call(ctx_, function, JS_UNDEFINED, 1, &host);
  ENTMOOT_CHECK(!JS_IsException(entries_), "the prelude must run");
  JS_FreeValue(ctx_, host);
  JS_FreeValue(ctx_, function);
  program_ = read(*script.entry().bytecode);
}

std::size_t FreshRoom::heap_bytes() const {
  JSMemoryUsage usage;
  JS_ComputeMemoryUsage(rt_, &usage);
  return static_cast<std::size_t>(usage.malloc_size);
}

}  // namespace bench
