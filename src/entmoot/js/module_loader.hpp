// SPDX-License-Identifier: MIT

#pragma once

// Loads an app's files as a program: TypeScript and JSX, ES modules, relative imports, packages from node_modules (ES
// and CommonJS), JSON, text.
//
//   ModuleLoader loader("/srv/my-app");
//   auto graph = loader.load("rooms/chat.ts");   // Result<std::shared_ptr<const ModuleGraph>>
//
// Modules are loaded as native modules of the engine, not as a bundle, so that stack traces show their names and lines.
// Types are removed without being checked (typescript_compiler.hpp). Nothing is read from outside the app's folder, and
// nothing at run time: import("./x") works for string literals and rejects for all other arguments. A module of the
// server itself
// ("entmoot:test") is built in: its name maps to a source text instead of a file.
//
// Loading again after a change compiles only the changed files. Errors begin with the place: "rooms/chat.ts:3:7: ".
// Blocks for some milliseconds per file. One thread at a time: at start-up or on a Worker. The compiler's process
// stays, for further loads: typescript().rest() ends it.

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_graph.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace entmoot::js {

class TypeScriptCompiler;

class ModuleLoader {
 public:
  /// Sources by name; JavaScript modules that import only each other.
  using BuiltIns = std::map<std::string, std::string, std::less<>>;

  /// `root`: the app's folder.
  explicit ModuleLoader(const std::filesystem::path& root, BuiltIns built_ins = {});
  ~ModuleLoader();
  ModuleLoader(const ModuleLoader&) = delete;
  ModuleLoader& operator=(const ModuleLoader&) = delete;

  /// `entry`: absolute, or relative to the root.
  [[nodiscard]] Result<std::shared_ptr<const ModuleGraph>> load(const std::filesystem::path& entry);
  /// ModuleGraph::files() of the last load, also if it failed, and the files that compiler_options() has read since:
  /// the files to watch for a correction.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }
  /// For other files of the same app: the compiler, and the "compilerOptions" of the tsconfig.json that `file` belongs
  /// to.
  [[nodiscard]] TypeScriptCompiler& typescript() noexcept;
  [[nodiscard]] Result<std::string> compiler_options(const std::filesystem::path& file);

 private:
  class Load;
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::vector<std::string> files_;
};

}  // namespace entmoot::js
