// SPDX-License-Identifier: MIT

#pragma once

// A runtime for our own short errands (compiling a script, stripping types), on the ordinary heap and stack, without
// limits: it only ever runs our code.

#include <entmoot/base/result.hpp>
#include <entmoot/js/engine.hpp>

#include <string>
#include <string_view>

namespace entmoot::js {

class ScratchEngine {
 public:
  ScratchEngine();
  ~ScratchEngine();
  ScratchEngine(const ScratchEngine&) = delete;
  ScratchEngine& operator=(const ScratchEngine&) = delete;

  [[nodiscard]] JSContext* context() const noexcept { return context_; }
  /// JS_Eval with `flags`; an exception becomes an Error with the engine's message and stack.
  [[nodiscard]] Result<JSValue> evaluate(const std::string& source, const char* name, int flags) const;
  /// Takes the pending exception.
  [[nodiscard]] Error exception() const;
  /// Takes `value`; the text of it.
  [[nodiscard]] std::string text(JSValue value) const;

 private:
  JSRuntime* runtime_;
  JSContext* context_;
};

}  // namespace entmoot::js
