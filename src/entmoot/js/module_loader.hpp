// SPDX-License-Identifier: MIT

#pragma once

// An app's files to a program: TypeScript, ES modules, relative imports, packages from node_modules (ES and CommonJS),
// JSON.
//
//   ModuleLoader loader("/srv/my-app");
//   auto graph = loader.load("rooms/chat.ts");   // Result<std::shared_ptr<const ModuleGraph>>
//
// Modules stay modules (native ones of the engine, not a bundle), so each keeps its name and lines in stack traces, and
// types are taken away without being checked. Nothing is read from outside of the app's folder, and nothing at run
// time: import("./x") works for what is written as a literal, and rejects for everything else. What the server itself
// brings along ("entmoot:test") is a built-in module: a name that leads to a source in place of a file.
//
// Loading again after a change compiles what has changed and reads the rest again. Errors are sentences that begin with
// "rooms/chat.ts:3:7: ". Blocks for some milliseconds a file; one thread at a time: at start-up or on a Worker.

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_graph.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace entmoot::js {

class ModuleLoader {
 public:
  /// Sources by name, JavaScript modules that import nothing but each other.
  using BuiltIns = std::map<std::string, std::string, std::less<>>;

  /// `root`: the app's folder.
  explicit ModuleLoader(const std::filesystem::path& root, BuiltIns built_ins = {});
  ~ModuleLoader();
  ModuleLoader(const ModuleLoader&) = delete;
  ModuleLoader& operator=(const ModuleLoader&) = delete;

  /// `entry`: absolute, or relative to the root.
  [[nodiscard]] Result<std::shared_ptr<const ModuleGraph>> load(const std::filesystem::path& entry);
  /// ModuleGraph::files() of the last load, also when it failed: whoever waits for the mistake to be mended watches
  /// these.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }

 private:
  class Load;
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::vector<std::string> files_;
};

}  // namespace entmoot::js
