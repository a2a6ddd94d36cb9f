// SPDX-License-Identifier: MIT

#include <entmoot/js/scratch_engine.hpp>

#include <entmoot/base/check.hpp>

namespace entmoot::js {

ScratchEngine::ScratchEngine() : runtime_(JS_NewRuntime()), context_(runtime_ ? JS_NewContext(runtime_) : nullptr) {
  ENTMOOT_CHECK(context_, "a JavaScript engine fits into memory");
  JS_SetMaxStackSize(runtime_, 4 * 1024 * 1024);
}

ScratchEngine::~ScratchEngine() {
  JS_FreeContext(context_);
  JS_FreeRuntime(runtime_);
}

Result<JSValue> ScratchEngine::evaluate(const std::string& source, const char* name, int flags) const {
  JS_UpdateStackTop(runtime_);
  JSValue value = JS_Eval(context_, source.c_str(), source.size(), name, flags);
  if (JS_IsException(value)) return exception();
  return value;
}

Result<JSValue> ScratchEngine::compile(const std::string& source, const std::string& name, int flags) const {
  JS_UpdateStackTop(runtime_);
  JSValue value = JS_Eval(context_, source.c_str(), source.size(), name.c_str(), flags | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(value)) return located(name);
  return value;
}

Result<void> ScratchEngine::check_json(const std::string& text, const std::string& name) const {
  JS_UpdateStackTop(runtime_);
  JSValue value = JS_ParseJSON(context_, text.c_str(), text.size(), name.c_str());
  if (JS_IsException(value)) return located(name);
  JS_FreeValue(context_, value);
  return {};
}

// The engine's stack of a syntax error begins with its place: "    at chat.ts:3:7\n".
Error ScratchEngine::located(const std::string& name) const {
  const Error error = exception();
  const auto at = error.detail.find(name + ":");
  const auto end = error.detail.find_first_of("\n)", at);
  return fail(ErrorCode::invalid,
              (at == std::string::npos ? name : error.detail.substr(at, end - at)) + ": " + error.reason, error.detail);
}

Result<JSValue> ScratchEngine::run(std::string_view bytecode) const {
  JS_UpdateStackTop(runtime_);
  JSValue program = JS_ReadObject(context_, reinterpret_cast<const std::uint8_t*>(bytecode.data()), bytecode.size(),
                                  JS_READ_OBJ_BYTECODE);
  if (JS_IsException(program)) return exception();
  JSValue value = JS_EvalFunction(context_, program);
  if (JS_IsException(value)) return exception();
  return value;
}

Result<JSValue> ScratchEngine::call(const char* object, const char* name, int argc, JSValue* args) const {
  JS_UpdateStackTop(runtime_);
  JSValue global = JS_GetGlobalObject(context_);
  JSValue owner = JS_GetPropertyStr(context_, global, object);
  JSValue function = JS_GetPropertyStr(context_, owner, name);
  JSValue value = JS_Call(context_, function, owner, argc, args);
  for (int i = 0; i < argc; ++i) JS_FreeValue(context_, args[i]);
  for (JSValue used : {function, owner, global}) JS_FreeValue(context_, used);
  if (JS_IsException(value)) return exception();
  return value;
}

Result<std::string> ScratchEngine::bytecode(JSValue compiled) const {
  std::size_t size = 0;
  std::uint8_t* bytes = JS_WriteObject(context_, &size, compiled, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
  JS_FreeValue(context_, compiled);
  if (!bytes) return exception();
  std::string out(reinterpret_cast<const char*>(bytes), size);
  js_free(context_, bytes);
  return out;
}

Error ScratchEngine::exception() const {
  JSValue error = JS_GetException(context_);
  Error out{ErrorCode::script, text(JS_DupValue(context_, error)), text(JS_GetPropertyStr(context_, error, "stack"))};
  JS_FreeValue(context_, error);
  return out;
}

std::string ScratchEngine::text(JSValue value) const {
  std::size_t size = 0;
  const char* data = JS_ToCStringLen(context_, &size, value);
  std::string out = data ? std::string(data, size) : std::string("the error cannot be converted to a string");
  if (data) JS_FreeCString(context_, data);
  JS_FreeValue(context_, value);
  return out;
}

}  // namespace entmoot::js
