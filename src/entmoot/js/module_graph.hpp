// SPDX-License-Identifier: MIT

#pragma once

// A compiled program: its modules as bytecode, and which request of which module leads where. What a template heap is
// built from (template_heap.hpp). A classic script is a graph of one.
//
// A module's name is its path relative to the app's folder, as stack traces show it: "rooms/chat.ts",
// "node_modules/zod/index.js". A CommonJS module is two things: its body, a function that runs at the first require,
// and an ES module of the same name in front of it, for those who import it.
//
// Immutable; shared by all shards. Rooms look requests up while their scripts run (import(), require), so the
// functions here allocate nothing. The bytecode is as trusted as machine code: only ever our own compiler's.

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

  /// Where a specifier leads that a module wrote.
  struct Request {
    std::string target;   ///< The module's name.
    std::string problem;  ///< Not empty: asking for it throws this.
    std::string place;    ///< Line and column of the specifier: "3:7".
  };
  using Requests = std::map<std::string, Request, std::less<>>;  // by specifier
  struct Module {
    std::string name;
    Kind kind = Kind::module;
    Bytecode bytecode;              ///< The script, or the ES module.
    Bytecode body = nullptr;        ///< The CommonJS module's function.
    bool asks_where_it_is = false;  ///< It says import.meta.
    Requests imports = {};          ///< By import and export statements, and by import().
    Requests required = {};         ///< By require(): a package may have another file for it.
  };

  /// `modules` begins with the entry.
  ModuleGraph(std::vector<Module> modules, std::vector<std::string> files);

  [[nodiscard]] const Module& entry() const noexcept { return modules_.front(); }
  [[nodiscard]] const std::vector<Module>& modules() const noexcept { return modules_; }
  /// nullptr: there is none.
  [[nodiscard]] const Module* find(std::string_view name) const noexcept;
  [[nodiscard]] const Request* import_of(std::string_view module, std::string_view specifier) const noexcept;
  [[nodiscard]] const Request* require_of(std::string_view module, std::string_view specifier) const noexcept;
  /// Absolute paths of every file that took part, and of those whose absence mattered: what to watch.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }

 private:
  std::vector<Module> modules_;
  std::map<std::string_view, const Module*, std::less<>> by_name_;
  std::vector<std::string> files_;
};

}  // namespace entmoot::js
