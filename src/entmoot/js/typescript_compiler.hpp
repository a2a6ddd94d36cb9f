// SPDX-License-Identifier: MIT

#pragma once

// TypeScript and JSX to JavaScript, with esbuild (https://esbuild.github.io/content-types/#typescript). Types are
// removed without being checked; what the engine supports stays as it is written, and what it lacks (decorators) is
// lowered.
//
// esbuild is a program. It is embedded in this one, is unpacked to memory and runs as a child process while there is
// something to compile (child_process.hpp): from the first call to rest(), or to the end of this object. Start and
// unpacking take some 20 milliseconds, a file less than one. A call that does not end in time is an error, and so is
// one that needs too much memory; the next call begins with a new process.
//
// One thread at a time.

#include <entmoot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot::js {

class EsbuildService;

struct TypeScriptSource {
  std::string_view name;  ///< Errors begin with it; its extension is that of one of the languages.
  std::string_view text;
  enum class Form {
    module,    ///< import and export stay; imports that are used only as types are removed.
    commonjs,  ///< import and export become require() and module.exports.
    script,    ///< A classic script.
  };
  Form form = Form::module;
  std::string_view options = "{}";   ///< "compilerOptions" of a tsconfig.json, as JSON.
  bool map_contains_source = false;  ///< The text is in the source map, for the developer tools of browsers.
};

struct JavaScript {
  std::string code;
  std::string map;  ///< The source map, version 3, as JSON.
};

/// Whether a file with this name has to be compiled: .ts, .mts, .cts, .tsx, .jsx.
[[nodiscard]] bool is_compiled_language(std::string_view name) noexcept;

class TypeScriptCompiler {
 public:
  TypeScriptCompiler();
  ~TypeScriptCompiler();
  TypeScriptCompiler(const TypeScriptCompiler&) = delete;
  TypeScriptCompiler& operator=(const TypeScriptCompiler&) = delete;

  /// The error's reason is "name:line:column: message", and the line that it is about below.
  [[nodiscard]] Result<JavaScript> compile(const TypeScriptSource& source);
  /// Ends the process.
  void rest() noexcept;

 private:
  std::unique_ptr<EsbuildService> service_;
};

}  // namespace entmoot::js
