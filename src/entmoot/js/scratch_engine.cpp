// SPDX-License-Identifier: MIT

#include <entmoot/js/scratch_engine.hpp>

#include <entmoot/base/check.hpp>

namespace entmoot::js {

ScratchEngine::ScratchEngine() : runtime_(JS_NewRuntime()), context_(runtime_ ? JS_NewContext(runtime_) : nullptr) {
  ENTMOOT_CHECK(context_, "no memory for a JavaScript engine");
  JS_SetMaxStackSize(runtime_, 4 * 1024 * 1024);
}

ScratchEngine::~ScratchEngine() {
  JS_FreeContext(context_);
  JS_FreeRuntime(runtime_);
}

Result<JSValue> ScratchEngine::evaluate(const std::string& source, const char* name, int flags) const {
  JSValue value = JS_Eval(context_, source.c_str(), source.size(), name, flags);
  if (JS_IsException(value)) return exception();
  return value;
}

Error ScratchEngine::exception() const {
  JSValue error = JS_GetException(context_);
  Error out{text(JS_DupValue(context_, error)), text(JS_GetPropertyStr(context_, error, "stack"))};
  JS_FreeValue(context_, error);
  return out;
}

std::string ScratchEngine::text(JSValue value) const {
  std::size_t size = 0;
  const char* data = JS_ToCStringLen(context_, &size, value);
  std::string out = data ? std::string(data, size) : std::string("an error that cannot be shown");
  if (data) JS_FreeCString(context_, data);
  JS_FreeValue(context_, value);
  return out;
}

}  // namespace entmoot::js
