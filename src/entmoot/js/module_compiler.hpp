// SPDX-License-Identifier: MIT

#pragma once

// Compiles one file to bytecode and finds its imports. TypeScript and JSX are compiled to JavaScript first
// (typescript_compiler.hpp); a JavaScript file only if the engine does not take it as it is. The bytecode has the
// places of the author's file. Results are cached: a file whose text and options have not changed is not compiled
// again. One thread at a time.

#include <entmoot/base/result.hpp>
#include <entmoot/js/commonjs.hpp>
#include <entmoot/js/commonjs_lexer.hpp>
#include <entmoot/js/module_graph.hpp>
#include <entmoot/js/source_map.hpp>
#include <entmoot/js/typescript_compiler.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace entmoot::js {

class ScratchEngine;

struct SourceFile {
  enum class Format {
    module,    ///< By its file extension, or by "type" in package.json.
    commonjs,  ///< By its file extension, or by "type".
    json,
    text,       ///< Its text is the default export.
    undecided,  ///< A .js file without a "type": its statements decide.
  };
  std::string name;  ///< The module's name in the graph.
  std::string text;
  Format format = Format::module;
  bool is_entry = false;
  std::string options = "{}";  ///< "compilerOptions" of the tsconfig.json that it belongs to, as JSON.

  friend bool operator==(const SourceFile&, const SourceFile&) = default;
};

struct CompiledModule {
  struct Import {
    enum class How { statement, call, require };
    How how;
    std::string specifier;
    std::string place;
  };
  ModuleGraph::Kind kind = ModuleGraph::Kind::module;
  ModuleGraph::Bytecode bytecode;  ///< The ES module, or the CommonJS module's function.
  bool uses_import_meta = false;
  std::vector<Import> imports;
  std::multimap<std::string, std::string> names;  ///< Imported names, by statements: specifier → name.
  std::vector<std::string> exports;               ///< Of a CommonJS module.
  std::vector<std::string> reexports;             ///< Of a CommonJS module: specifiers.
};

class ModuleCompiler {
 public:
  ModuleCompiler();
  ~ModuleCompiler();
  ModuleCompiler(const ModuleCompiler&) = delete;
  ModuleCompiler& operator=(const ModuleCompiler&) = delete;

  /// Begins a new graph.
  void start();
  /// The error begins with the file's name, line and column.
  [[nodiscard]] Result<std::shared_ptr<const CompiledModule>> compile(SourceFile file);
  /// For other files of the same app.
  [[nodiscard]] TypeScriptCompiler& typescript() noexcept { return typescript_; }
  /// Compiles the ES module facade of a CommonJS module.
  [[nodiscard]] Result<ModuleGraph::Bytecode> compile_facade(const std::string& name, const FacadeNames& names);

 private:
  /// A file as JavaScript.
  struct Code {
    std::string_view text;
    const SourceMap* map;  // nullptr: it is the file's text
  };
  struct Kept {
    SourceFile file;
    std::shared_ptr<const CompiledModule> compiled;
  };
  [[nodiscard]] Result<CompiledModule> compile_new(const SourceFile& file);
  [[nodiscard]] Result<CompiledModule> compile_translated(const SourceFile& file);
  [[nodiscard]] Result<CompiledModule> compile_code(const SourceFile& file, const Code& code);
  [[nodiscard]] Result<CompiledModule> compile_module(const SourceFile& file, const Code& code);
  [[nodiscard]] Result<CompiledModule> compile_statements(const SourceFile& file, const Code& code,
                                                          std::string_view before);
  [[nodiscard]] Result<CompiledModule> compile_commonjs(const SourceFile& file, const Code& code,
                                                        CommonJsLexer::Found found);
  [[nodiscard]] Result<CompiledModule> compile_value(const SourceFile& file, const std::string& body);
  [[nodiscard]] Result<ModuleGraph::Bytecode> to_bytecode(const std::string& source, const std::string& name,
                                                          int flags);

  CommonJsLexer lexer_;
  TypeScriptCompiler typescript_;
  std::unique_ptr<ScratchEngine> engine_;  // contains the modules of one graph
  std::vector<std::string> imports_;       // imports of the module that is being compiled
  std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace entmoot::js
