// SPDX-License-Identifier: MIT

#include <entmoot/js/typescript.hpp>

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/js/scratch_engine.hpp>

#include <span>

std::span<const entmoot::EmbeddedFile> sucrase_bundle();  // cmake/embed.cmake

namespace entmoot::js {

Result<std::string> strip_types(std::string_view name, std::string_view source) {
  ScratchEngine engine;
  JSContext* ctx = engine.context();
  auto loaded = engine.evaluate(std::string(sucrase_bundle().front().bytes), "sucrase.js", JS_EVAL_TYPE_GLOBAL);
  if (!loaded) return loaded.error();
  JS_FreeValue(ctx, *loaded);

  // Statements stay as written (disableESTransforms): the engine knows the newest JavaScript itself.
  std::string call = "sucrase.transform(";
  append_json_string(call, source);
  call += ",{transforms:['typescript'],disableESTransforms:true,keepUnusedImports:true,filePath:";
  append_json_string(call, name);
  call += "}).code";
  auto code = engine.evaluate(call, "strip_types", JS_EVAL_TYPE_GLOBAL);
  if (!code) {
    // sucrase says "Error transforming chat.ts: Unexpected token (3:7)".
    return fail(std::string(name) + ": " + code.error().reason, code.error().detail);
  }
  return engine.text(*code);
}

}  // namespace entmoot::js
