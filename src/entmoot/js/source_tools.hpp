// SPDX-License-Identifier: MIT

#pragma once

// What reads a module's text before the engine compiles it: sucrase takes TypeScript's types away (lines stay where
// they are, nothing is checked), cjs-module-lexer finds the names that a CommonJS module exports. Both are JavaScript,
// bundled into the binary as bytecode and run in an engine of their own, which is made at the first call and kept.
//
// One thread at a time. Some milliseconds for the first call, then about one for a file of usual size.

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

  /// A module loses the imports that only types needed; a classic script has none.
  enum class Form { script, module };
  /// The error's reason begins with "name:line:column: ".
  [[nodiscard]] Result<std::string> strip_types(std::string_view name, std::string_view source, Form form);

  struct CommonJs {
    bool is_module = false;  ///< It has import or export statements: an ES module, whatever its file name says.
    std::vector<std::string> exports;
    std::vector<std::string> reexports;  ///< Specifiers of modules whose exports are this one's as well.
  };
  [[nodiscard]] Result<CommonJs> lex(std::string_view source);

 private:
  [[nodiscard]] ScratchEngine& engine();
  std::unique_ptr<ScratchEngine> engine_;
};

}  // namespace entmoot::js
