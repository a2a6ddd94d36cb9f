// SPDX-License-Identifier: MIT

#include <entmoot/js/web_apis.hpp>

#include <entmoot/js/builtin_scripts.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/template_heap.hpp>

#include <cstddef>
#include <iterator>

namespace entmoot::js {

namespace {

struct Name {
  const char* name;
  const char* part;  // the file js/web/<part>.js
};
constexpr Name names[] = {
    {"AbortController", "events"},
    {"AbortSignal", "events"},
    {"CustomEvent", "events"},
    {"Event", "events"},
    {"EventTarget", "events"},
    {"reportError", "events"},
    {"TextDecoder", "encoding"},
    {"TextEncoder", "encoding"},
    {"URL", "url"},
    {"URLSearchParams", "url"},
    {"Headers", "fetch_types"},
    {"Request", "fetch_types"},
    {"Response", "fetch_types"},
    {"fetch", "fetch_types"},
    {"crypto", "crypto"},
    {"performance", "performance"},
    {"navigator", "performance"},
    {"structuredClone", "structured_clone"},
    {"Blob", "blob"},
    {"File", "blob"},
    {"FormData", "blob"},
    {"MessageChannel", "messaging"},
    {"MessagePort", "messaging"},
    {"MessageEvent", "messaging"},
    {"ErrorEvent", "messaging"},
    {"PromiseRejectionEvent", "messaging"},
    {"URLPattern", "url_pattern"},
    {"ReadableStream", "streams"},
    {"ReadableStreamDefaultReader", "streams"},
    {"ReadableStreamBYOBReader", "streams"},
    {"ReadableStreamDefaultController", "streams"},
    {"ReadableByteStreamController", "streams"},
    {"ReadableStreamBYOBRequest", "streams"},
    {"WritableStream", "streams"},
    {"WritableStreamDefaultWriter", "streams"},
    {"WritableStreamDefaultController", "streams"},
    {"TransformStream", "streams"},
    {"TransformStreamDefaultController", "streams"},
    {"ByteLengthQueuingStrategy", "streams"},
    {"CountQueuingStrategy", "streams"},
    {"TextEncoderStream", "streams"},
    {"TextDecoderStream", "streams"},
    {"CompressionStream", "streams"},
    {"DecompressionStream", "streams"},
};

// Consumes `value`.
JSValue settle(JSContext* ctx, int index, JSValue value) noexcept {
  JSValue global = JS_GetGlobalObject(ctx);
  const int defined =
      JS_DefinePropertyValueStr(ctx, global, names[index].name, value, JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
  JS_FreeValue(ctx, global);
  return defined < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

JSValue load(JSContext* ctx, JSValueConst, int index) noexcept {
  auto& heap = *static_cast<Heap*>(JS_GetContextOpaque(ctx));
  JSValue loader =
      JS_MKPTR(JS_TAG_OBJECT, reinterpret_cast<void*>(heap.roots()[static_cast<std::size_t>(Root::load_web_api)]));
  JSValue args[] = {JS_NewString(ctx, names[index].name), JS_NewString(ctx, names[index].part)};
  JSValue value = JS_Call(ctx, loader, JS_UNDEFINED, std::size(args), args);
  for (JSValue arg : args) JS_FreeValue(ctx, arg);
  if (JS_IsException(value)) return value;
  return JS_IsException(settle(ctx, index, JS_DupValue(ctx, value))) ? (JS_FreeValue(ctx, value), JS_EXCEPTION) : value;
}

JSValue replace(JSContext* ctx, JSValueConst, JSValueConst value, int index) noexcept {
  return settle(ctx, index, JS_DupValue(ctx, value));
}

JSValue accessor(JSContext* ctx, JSCFunctionType function, JSCFunctionEnum kind, int arguments, int index) {
  return JS_NewCFunction2(ctx, function.generic, names[index].name, arguments, kind, index);
}

}  // namespace

JSValue define_web_apis(JSContext* ctx, JSValueConst host) {
  JSValue function = evaluate_builtin_script(ctx, "web_apis.js");
  if (JS_IsException(function)) return function;
  JSValue loader = JS_Call(ctx, function, JS_UNDEFINED, 1, &host);
  JS_FreeValue(ctx, function);
  if (JS_IsException(loader)) return loader;

  JSCFunctionType getter{}, setter{};
  getter.getter_magic = load;
  setter.setter_magic = replace;
  JSValue global = JS_GetGlobalObject(ctx);
  for (int i = 0; i < static_cast<int>(std::size(names)); ++i) {
    JSAtom name = JS_NewAtom(ctx, names[i].name);
    const int defined =
        JS_DefinePropertyGetSet(ctx, global, name, accessor(ctx, getter, JS_CFUNC_getter_magic, 0, i),
                                accessor(ctx, setter, JS_CFUNC_setter_magic, 1, i), JS_PROP_CONFIGURABLE);
    JS_FreeAtom(ctx, name);
    if (defined < 0) return JS_EXCEPTION;
  }
  JS_FreeValue(ctx, global);
  return loader;
}

}  // namespace entmoot::js
