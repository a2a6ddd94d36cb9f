// SPDX-License-Identifier: MIT

#pragma once

// A runtime for our own short errands (compiling a script, stripping types), on the ordinary heap and stack, without
// limits: it only ever runs our code. One thread at a time.

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
  /// Reads our own compiler's bytecode of a classic script and runs it.
  [[nodiscard]] Result<JSValue> run(std::string_view bytecode) const;
  /// Calls function `name` of the global object `object`; takes `args`.
  [[nodiscard]] Result<JSValue> call(const char* object, const char* name, int argc, JSValue* args) const;
  /// Takes `compiled` and writes it as bytecode, without its source text.
  [[nodiscard]] Result<std::string> bytecode(JSValue compiled) const;
  /// Takes the pending exception.
  [[nodiscard]] Error exception() const;
  /// Takes `value`; the text of it.
  [[nodiscard]] std::string text(JSValue value) const;

 private:
  [[nodiscard]] Error located(const std::string& name) const;

  JSRuntime* runtime_;
  JSContext* context_;
};

}  // namespace entmoot::js
