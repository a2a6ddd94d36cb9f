// SPDX-License-Identifier: MIT

#pragma once

// An engine for short internal tasks (compiling a script, reading CommonJS), on the ordinary heap and stack and without
// limits: it runs code of this library only. One thread at a time.

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

  [[nodiscard]] JSRuntime* runtime() const noexcept { return runtime_; }
  [[nodiscard]] JSContext* context() const noexcept { return context_; }
  /// JS_Eval with `flags`; an exception becomes an Error with the engine's message and stack.
  [[nodiscard]] Result<JSValue> evaluate(const std::string& source, const char* name, int flags) const;
  /// Compiles without running. The error's reason begins with "name:line:column: ".
  [[nodiscard]] Result<JSValue> compile(const std::string& source, const std::string& name, int flags) const;
  /// The error's reason begins like compile()'s.
  [[nodiscard]] Result<void> check_json(const std::string& text, const std::string& name) const;
  /// Reads bytecode of a classic script and runs it. The bytecode must come from this library's compiler.
  [[nodiscard]] Result<JSValue> run(std::string_view bytecode) const;
  /// Calls function `name` of the global object `object`; consumes `args`.
  [[nodiscard]] Result<JSValue> call(const char* object, const char* name, int argc, JSValue* args) const;
  /// Consumes `compiled` and returns it as bytecode, without its source text.
  [[nodiscard]] Result<std::string> bytecode(JSValue compiled) const;
  /// Takes the pending exception.
  [[nodiscard]] Error exception() const;
  /// Consumes `value` and returns it as a string.
  [[nodiscard]] std::string text(JSValue value) const;

 private:
  [[nodiscard]] Error located(const std::string& name) const;

  JSRuntime* runtime_;
  JSContext* context_;
};

}  // namespace entmoot::js
