// SPDX-License-Identifier: MIT

#include <entmoot/js/module_linker.hpp>

#include <entmoot/js/builtin_scripts.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/template_heap.hpp>

#include <iterator>
#include <string>

namespace entmoot::js {

namespace {

// --- called while a script runs: no object with a destructor may be alive here

// JS_ThrowTypeError truncates its text to 256 bytes.
void throw_text(JSContext* ctx, std::string_view text) noexcept {
  JSValue error = JS_NewError(ctx);
  JS_DefinePropertyValueStr(ctx, error, "message", JS_NewStringLen(ctx, text.data(), text.size()),
                            JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
  JS_Throw(ctx, error);
}

/// The name of the target module, or nullptr with an exception thrown.
const std::string* target(JSContext* ctx, const ModuleGraph::Request* request, const char* from,
                          const char* specifier) noexcept {
  if (!request) {
    JS_ThrowReferenceError(
        ctx,
        "cannot load \"%s\": only modules that are named by a string literal are part of the program; "
        "%s has no such literal",
        specifier, from);
    return nullptr;
  }
  if (!request->problem.empty()) throw_text(ctx, request->problem);
  return request->problem.empty() ? &request->target : nullptr;
}

// Of the process that runs the heap, which may have been saved by another: the engine has no address of it.
const ModuleGraph& graph_of(JSContext* ctx) noexcept {
  auto& heap = *static_cast<Heap*>(JS_GetContextOpaque(ctx));
  return *reinterpret_cast<const ModuleGraph*>(heap.roots()[static_cast<std::size_t>(Root::graph)]);
}

char* resolve_import(JSContext* ctx, const char* from, const char* specifier, void*) noexcept {
  const auto* request = graph_of(ctx).import_of(from, specifier);
  const std::string* name = target(ctx, request, from, specifier);
  return name ? js_strdup(ctx, name->c_str()) : nullptr;
}

JSValue resolve_require(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const char* from = JS_ToCString(ctx, args[0]);
  const char* specifier = from ? JS_ToCString(ctx, args[1]) : nullptr;
  if (!specifier) return JS_EXCEPTION;
  const std::string* name = target(ctx, graph_of(ctx).require_of(from, specifier), from, specifier);
  JS_FreeCString(ctx, from);
  JS_FreeCString(ctx, specifier);
  return name ? JS_NewStringLen(ctx, name->data(), name->size()) : JS_EXCEPTION;
}

JSValue read(JSContext* ctx, const ModuleGraph::Bytecode& bytecode) noexcept {
  return JS_ReadObject(ctx, reinterpret_cast<const std::uint8_t*>(bytecode->data()), bytecode->size(),
                       JS_READ_OBJ_BYTECODE);
}

// Every module is in the heap before a room runs; a module that is not there yet is an import of one that is being
// read.
JSModuleDef* find_or_read(JSContext* ctx, const char* name, void*) noexcept {
  if (JSModuleDef* there = entmoot_find_module(ctx, name)) return there;
  const ModuleGraph::Module* module = graph_of(ctx).find(name);
  if (!module) {
    JS_ThrowReferenceError(ctx, "the program has no module %s", name);
    return nullptr;
  }
  JSValue value = read(ctx, module->bytecode);
  if (JS_IsException(value)) return nullptr;
  return static_cast<JSModuleDef*>(JS_VALUE_GET_PTR(value));
}

// --- called while a template is built

Error exception(JSContext* ctx) {
  JSValue error = JS_GetException(ctx);
  const char* text = JS_ToCString(ctx, error);
  Error out = fail(ErrorCode::script, text ? text : "the error cannot be converted to a string");
  if (text) JS_FreeCString(ctx, text);
  JS_FreeValue(ctx, error);
  return out;
}

// The engine's error names the module that lacks an export; the author needs the place of the import.
Error link_error(JSContext* ctx, const ModuleGraph& graph) {
  Error said = exception(ctx);
  MissingExport missing{};
  if (!entmoot_missing_export(ctx, &missing)) return said;
  const std::string importer = missing.importer;
  const std::string specifier = missing.specifier;
  const std::string name = missing.name;
  for (const char* text : {missing.importer, missing.specifier, missing.name}) JS_FreeCString(ctx, text);
  const ModuleGraph::Request* request = graph.import_of(importer, specifier);
  return fail(ErrorCode::invalid,
              importer + ":" + (request ? request->place : "1:1") + ": \"" + specifier + "\" has no export named \"" +
                  name + "\" (if it is a type, import it with \"import type\")",
              said.reason);
}

Result<void> load_commonjs(JSContext* ctx, const ModuleGraph& graph) {
  JSValue define = JS_UNDEFINED;
  for (const auto& module : graph.modules()) {
    if (module.kind != ModuleGraph::Kind::commonjs) continue;
    if (JS_IsUndefined(define)) {
      JSValue make = evaluate_builtin_script(ctx, "commonjs.js");
      if (JS_IsException(make)) return exception(ctx);
      JSValue resolve = JS_NewCFunction(ctx, &resolve_require, "resolve", 2);
      define = JS_Call(ctx, make, JS_UNDEFINED, 1, &resolve);
      JS_FreeValue(ctx, make);
      JS_FreeValue(ctx, resolve);
      if (JS_IsException(define)) return exception(ctx);
    }
    JSValue body = JS_EvalFunction(ctx, read(ctx, module.body));
    if (JS_IsException(body)) return exception(ctx);
    JSValue args[] = {JS_NewStringLen(ctx, module.name.data(), module.name.size()), body};
    JSValue load = JS_Call(ctx, define, JS_UNDEFINED, std::size(args), args);
    for (JSValue used : args) JS_FreeValue(ctx, used);
    if (JS_IsException(load)) return exception(ctx);
    JSValue meta = JS_GetImportMeta(ctx, entmoot_find_module(ctx, module.name.c_str()));
    JS_SetPropertyStr(ctx, meta, "load", load);
    JS_FreeValue(ctx, meta);
  }
  JS_FreeValue(ctx, define);
  return {};
}

}  // namespace

Result<LinkedProgram> link_graph(JSContext* ctx, const ModuleGraph& graph) {
  if (graph.entry().kind == ModuleGraph::Kind::script) {
    JSValue script = read(ctx, graph.entry().bytecode);
    if (JS_IsException(script)) return exception(ctx);
    return LinkedProgram{script, JS_UNDEFINED};
  }
  JS_SetModuleLoaderFunc(JS_GetRuntime(ctx), &resolve_import, &find_or_read, nullptr);
  for (const auto& module : graph.modules()) {
    JSModuleDef* there = find_or_read(ctx, module.name.c_str(), nullptr);
    if (!there) return exception(ctx);
    if (!module.uses_import_meta) continue;
    const std::string url = "file:///" + module.name;
    JSValue meta = JS_GetImportMeta(ctx, there);
    JS_SetPropertyStr(ctx, meta, "url", JS_NewStringLen(ctx, url.data(), url.size()));
    JS_FreeValue(ctx, meta);
  }
  if (auto loaded = load_commonjs(ctx, graph); !loaded) return loaded.error();
  // Modules that only import() reaches are linked as well, so that their errors are found now.
  for (const auto& module : graph.modules()) {
    if (entmoot_link_module(ctx, entmoot_find_module(ctx, module.name.c_str())) < 0) return link_error(ctx, graph);
  }
  JSModuleDef* entry = entmoot_find_module(ctx, graph.entry().name.c_str());
  JSValue exports = JS_GetModuleNamespace(ctx, entry);
  if (JS_IsException(exports)) return exception(ctx);
  return LinkedProgram{JS_DupValue(ctx, JS_MKPTR(JS_TAG_MODULE, entry)), exports};
}

}  // namespace entmoot::js
