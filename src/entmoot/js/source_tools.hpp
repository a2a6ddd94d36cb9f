// SPDX-License-Identifier: MIT

#pragma once

// Source processing before compilation: sucrase strips TypeScript's types (without checking them or changing line
// numbers), cjs-module-lexer finds the exports of a CommonJS module. Both are JavaScript, embedded in the binary as
// bytecode and run in a separate engine, which is made at the first call and kept.
//
// One thread at a time. The first call takes some milliseconds, later calls about one millisecond per file.

#include <entmoot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

class ScratchEngine;

class SourceTools {
 public:
  SourceTools();
  ~SourceTools();
  SourceTools(const SourceTools&) = delete;
  SourceTools& operator=(const SourceTools&) = delete;

  /// In a module, imports that are used only as types are removed; a classic script has no imports.
  enum class Form { script, module };
  /// The error's reason begins with "name:line:column: ".
  [[nodiscard]] Result<std::string> strip_types(std::string_view name, std::string_view source, Form form);

  struct CommonJs {
    bool is_module = false;  ///< It has import or export statements: it is an ES module, regardless of its file name.
    std::vector<std::string> exports;
    std::vector<std::string> reexports;  ///< Specifiers of modules whose exports it re-exports.
  };
  [[nodiscard]] Result<CommonJs> lex(std::string_view source);

 private:
  [[nodiscard]] ScratchEngine& engine();
  std::unique_ptr<ScratchEngine> engine_;
};

}  // namespace entmoot::js
