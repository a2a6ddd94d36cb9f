// SPDX-License-Identifier: MIT

#pragma once

// A compiled program: its modules as bytecode, and the target of each import. Template heaps are built from it
// (template_heap.hpp). A classic script is a graph of one module.
//
// A module's name is its path relative to the app's folder, as stack traces show it: "rooms/chat.ts",
// "node_modules/zod/index.js". A CommonJS module has two parts: its body, a function that runs at the first require,
// and an ES module facade of the same name, for modules that import it.
//
// Immutable; shared by all shards. Rooms look up requests while their scripts run (import(), require), so these
// functions allocate nothing. Bytecode is as trusted as machine code: it comes only from the compiler in this process.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

class ModuleGraph {
 public:
  enum class Kind : std::uint8_t { script, module, commonjs };
  using Bytecode = std::shared_ptr<const std::string>;

  /// The target of a specifier in a module.
  struct Request {
    std::string target;   ///< The name of the target module.
    std::string problem;  ///< If not empty, importing it throws this error.
    std::string place;    ///< Line and column of the specifier: "3:7".
  };
  using Requests = std::map<std::string, Request, std::less<>>;  // by specifier
  struct Module {
    std::string name;
    Kind kind = Kind::module;
    Bytecode bytecode;              ///< The script, or the ES module.
    Bytecode body = nullptr;        ///< The CommonJS module's function.
    bool uses_import_meta = false;  ///< It uses import.meta.
    Requests imports = {};          ///< Of import and export statements, and of import().
    Requests required = {};         ///< Of require(): a package may have another file for it.
  };

  /// `modules` begins with the entry.
  ModuleGraph(std::vector<Module> modules, std::vector<std::string> files);

  [[nodiscard]] const Module& entry() const noexcept { return modules_.front(); }
  [[nodiscard]] const std::vector<Module>& modules() const noexcept { return modules_; }
  /// nullptr if there is none.
  [[nodiscard]] const Module* find(std::string_view name) const noexcept;
  [[nodiscard]] const Request* import_of(std::string_view module, std::string_view specifier) const noexcept;
  [[nodiscard]] const Request* require_of(std::string_view module, std::string_view specifier) const noexcept;
  /// The files to watch: absolute paths of every file that was read, and of those whose absence mattered.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }

 private:
  std::vector<Module> modules_;
  std::map<std::string_view, const Module*, std::less<>> by_name_;
  std::vector<std::string> files_;
};

}  // namespace entmoot::js
