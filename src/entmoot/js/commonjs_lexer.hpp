// SPDX-License-Identifier: MIT

#pragma once

// Finds the exports of a CommonJS module without running it, with cjs-module-lexer, as Node does. It is JavaScript,
// embedded in the binary as bytecode and run in a separate engine, which is made at the first call and kept.
//
// One thread at a time. The first call takes some milliseconds, later calls less than one millisecond per file.

#include <entmoot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

class ScratchEngine;

class CommonJsLexer {
 public:
  CommonJsLexer();
  ~CommonJsLexer();
  CommonJsLexer(const CommonJsLexer&) = delete;
  CommonJsLexer& operator=(const CommonJsLexer&) = delete;

  struct Found {
    bool is_module = false;  ///< It has import or export statements: it is an ES module, regardless of its file name.
    std::vector<std::string> exports;
    std::vector<std::string> reexports;  ///< Specifiers of modules whose exports it re-exports.
  };
  [[nodiscard]] Result<Found> lex(std::string_view source);

 private:
  [[nodiscard]] ScratchEngine& engine();
  std::unique_ptr<ScratchEngine> engine_;
};

}  // namespace entmoot::js
