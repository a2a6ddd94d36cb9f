// SPDX-License-Identifier: MIT

#include <entmoot/js/module_compiler.hpp>

#include <entmoot/js/commonjs.hpp>
#include <entmoot/js/scratch_engine.hpp>
#include <entmoot/js/source_scan.hpp>
#include <entmoot/js/source_tree.hpp>
#include <entmoot/js/text_lines.hpp>
#include <entmoot/js/written_places.hpp>

#include <utility>

namespace entmoot::js {

namespace {

using How = CompiledModule::Import::How;

// The engine resolves imports while it compiles: each is recorded, and an empty module is returned for it.
char* record_import(JSContext* ctx, const char*, const char* specifier, void* list) {
  static_cast<std::vector<std::string>*>(list)->emplace_back(specifier);
  return js_strdup(ctx, "");
}
JSModuleDef* stand_in(JSContext* ctx, const char* name, void*) {
  return JS_NewCModule(ctx, name, [](JSContext*, JSModuleDef*) { return 0; });
}

// For the console of a running room: evaluates in the scope of the room's module. Appended after the last line.
constexpr std::string_view console_door = "\n;export const __entmoot_eval = (source) => eval(source);";

// Packages that read process.env.NODE_ENV get the value that bundlers substitute.
bool wants_process(const SourceFile& file) {
  return is_of_package(file.name) && file.text.find("process.env.NODE_ENV") != std::string::npos;
}
constexpr std::string_view process_of_packages = R"(const process = { env: { NODE_ENV: "production" } };)";

/// The calls `import("…")` or `require("…")` in `code`, with their places in the author's file.
void add_calls(CompiledModule& to, How how, std::string_view code, const SourceMap* map) {
  for (auto& call : literal_calls(code, how == How::require ? "require" : "import")) {
    const TextPlace place = map ? map->written(call.place) : call.place;
    to.imports.push_back({how, std::move(call.specifier), to_string(place)});
  }
}

}  // namespace

ModuleCompiler::ModuleCompiler() { start(); }
ModuleCompiler::~ModuleCompiler() = default;

void ModuleCompiler::start() {
  engine_ = std::make_unique<ScratchEngine>();
  JS_SetModuleLoaderFunc(engine_->runtime(), &record_import, &stand_in, &imports_);
}

Result<std::shared_ptr<const CompiledModule>> ModuleCompiler::compile(SourceFile file) {
  const std::string key = (file.is_entry ? "entry " : "") + file.name;
  if (const auto kept = kept_.find(key); kept != kept_.end() && kept->second.file == file) return kept->second.compiled;
  auto compiled = compile_new(file);
  if (!compiled) return compiled.error();
  auto shared = std::make_shared<const CompiledModule>(std::move(*compiled));
  kept_.insert_or_assign(key, Kept{std::move(file), shared});
  return shared;
}

Result<CompiledModule> ModuleCompiler::compile_new(const SourceFile& file) {
  if (file.format == SourceFile::Format::json) {
    if (auto valid = engine_->check_json(file.text, file.name); !valid) return valid.error();
    return compile_value(file, json_body(file.text));
  }
  if (file.format == SourceFile::Format::text) return compile_value(file, text_body(file.text));
  if (is_compiled_language(file.name)) return compile_translated(file);
  auto compiled = compile_code(file, {file.text, nullptr});
  if (compiled) return compiled;
  // The engine lacks a feature (decorators), or there is an error, which esbuild describes better.
  auto translated = compile_translated(file);
  return translated || translated.error().code == ErrorCode::invalid ? std::move(translated) : std::move(compiled);
}

Result<CompiledModule> ModuleCompiler::compile_translated(const SourceFile& file) {
  const bool to_commonjs = file.format == SourceFile::Format::commonjs && is_compiled_language(file.name);
  const auto javascript =
      typescript_.compile({.name = file.name,
                           .text = file.text,
                           .form = to_commonjs ? TypeScriptSource::Form::commonjs : TypeScriptSource::Form::module,
                           .options = file.options});
  if (!javascript) return javascript.error();
  const auto map = SourceMap::parse(javascript->map, javascript->code, file.text);
  if (!map) return fail(ErrorCode::failed, file.name + ": " + map.error().reason);
  return compile_code(file, {javascript->code, &*map});
}

Result<CompiledModule> ModuleCompiler::compile_code(const SourceFile& file, const Code& code) {
  if (file.format == SourceFile::Format::module) return compile_module(file, code);
  auto found = lexer_.lex(code.text);
  if (!found) return fail(ErrorCode::invalid, file.name + ": " + found.error().reason, found.error().detail);
  if (file.format == SourceFile::Format::undecided) {
    // A file of the app is an ES module, unless it is clearly CommonJS.
    const bool plain = found->exports.empty() && found->reexports.empty() &&
                       code.text.find("module.exports") == std::string::npos &&
                       literal_calls(code.text, "require").empty();
    if (found->is_module || (plain && !is_of_package(file.name))) return compile_module(file, code);
  }
  return compile_commonjs(file, code, std::move(*found));
}

Result<CompiledModule> ModuleCompiler::compile_module(const SourceFile& file, const Code& code) {
  // A module that declares `process` itself does not compile after the injected declaration.
  auto compiled = compile_statements(file, code, wants_process(file) ? process_of_packages : std::string_view());
  if (!compiled && wants_process(file)) compiled = compile_statements(file, code, {});
  if (!compiled) return compiled.error();
  add_calls(*compiled, How::call, code.text, code.map);
  compiled->uses_import_meta = code.text.find("import.meta") != std::string::npos;
  return compiled;
}

Result<CompiledModule> ModuleCompiler::compile_statements(const SourceFile& file, const Code& code,
                                                          std::string_view before) {
  imports_.clear();
  std::string source(before);
  source += code.text;
  if (file.is_entry) source += console_door;
  const WrittenPlaces places(code.map, before.size());
  auto module = engine_->compile(source, file.name, JS_EVAL_TYPE_MODULE);
  if (!module) return module.error();
  CompiledModule out;
  for (auto& specifier : imports_) {
    std::string place = place_of_import(file.text, specifier);
    out.imports.push_back({How::statement, std::move(specifier), std::move(place)});
  }
  entmoot_each_import(
      engine_->context(), static_cast<JSModuleDef*>(JS_VALUE_GET_PTR(*module)),
      [](void* names, const char* specifier, const char* name) {
        static_cast<decltype(out.names)*>(names)->emplace(specifier, name);
      },
      &out.names);
  auto bytes = engine_->bytecode(*module);
  if (!bytes) return fail(ErrorCode::invalid, file.name + ": " + bytes.error().reason, bytes.error().detail);
  out.bytecode = std::make_shared<const std::string>(std::move(*bytes));
  return out;
}

Result<CompiledModule> ModuleCompiler::compile_commonjs(const SourceFile& file, const Code& code,
                                                        CommonJsLexer::Found found) {
  CompiledModule out;
  out.kind = ModuleGraph::Kind::commonjs;
  add_calls(out, How::require, code.text, code.map);
  add_calls(out, How::call, code.text, code.map);
  const std::string body = commonjs_body(code.text);
  const WrittenPlaces places(code.map, body.find(code.text));
  auto bytecode = to_bytecode(body, file.name, JS_EVAL_TYPE_GLOBAL);
  if (!bytecode) return bytecode.error();
  out.bytecode = std::move(*bytecode);
  out.exports = std::move(found.exports);
  out.reexports = std::move(found.reexports);
  return out;
}

Result<CompiledModule> ModuleCompiler::compile_value(const SourceFile& file, const std::string& body) {
  auto bytecode = to_bytecode(body, file.name, JS_EVAL_TYPE_GLOBAL);
  if (!bytecode) return bytecode.error();
  CompiledModule out;
  out.kind = ModuleGraph::Kind::commonjs;
  out.bytecode = std::move(*bytecode);
  return out;
}

Result<ModuleGraph::Bytecode> ModuleCompiler::compile_facade(const std::string& name, const FacadeNames& names) {
  return to_bytecode(commonjs_facade(name, names), name, JS_EVAL_TYPE_MODULE);
}

Result<ModuleGraph::Bytecode> ModuleCompiler::to_bytecode(const std::string& source, const std::string& name,
                                                          int flags) {
  auto compiled = engine_->compile(source, name, flags);
  if (!compiled) return compiled.error();
  auto bytes = engine_->bytecode(*compiled);
  if (!bytes) return fail(ErrorCode::invalid, name + ": " + bytes.error().reason, bytes.error().detail);
  return std::make_shared<const std::string>(std::move(*bytes));
}

}  // namespace entmoot::js
