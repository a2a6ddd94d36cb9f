// SPDX-License-Identifier: MIT

#include <entmoot/js/template_builder.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/js/builtin_scripts.hpp>
#include <entmoot/js/delivery.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/hash_key.hpp>
#include <entmoot/js/host_functions.hpp>
#include <entmoot/js/module_linker.hpp>
#include <entmoot/js/stack.hpp>
#include <entmoot/js/web_apis.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace entmoot::js {

namespace {

// The engine allocates from the heap (JSMallocFunctions); `opaque` is the heap's address, which is relocated in a copy.
const JSMallocFunctions heap_functions = {
    [](void* heap, std::size_t count, std::size_t size) -> void* {
      if (size && count > SIZE_MAX / size) return nullptr;
      return static_cast<Heap*>(heap)->allocate_zeroed(count * size);
    },
    [](void* heap, std::size_t size) { return static_cast<Heap*>(heap)->allocate(size); },
    [](void* heap, void* at) { static_cast<Heap*>(heap)->free(at); },
    [](void* heap, void* at, std::size_t size) { return static_cast<Heap*>(heap)->reallocate(at, size); },
    [](const void* at) { return Heap::usable(at); },
};

// Called by the engine at any point of a turn, so it only calls prelude.js, which keeps the list.
void on_rejection(JSContext* ctx, JSValueConst promise, JSValueConst reason, bool handled, void*) {
  // An uncatchable error that has become the reason of a promise would otherwise interrupt any later turn that reads
  // it.
  JS_ClearUncatchableError(ctx, reason);
  const auto& heap = *static_cast<Heap*>(JS_GetContextOpaque(ctx));
  auto& roots = const_cast<Heap&>(heap).roots();
  roots[static_cast<std::size_t>(Root::rejections)] = 1;
  void* function = reinterpret_cast<void*>(roots[static_cast<std::size_t>(Root::rejected)]);
  JSValueConst args[] = {promise, reason, JS_NewBool(ctx, handled)};
  JSValue result = JS_Call(ctx, JS_MKPTR(JS_TAG_OBJECT, function), JS_UNDEFINED, 3, args);
  if (JS_IsException(result)) JS_FreeValue(ctx, JS_GetException(ctx));
  JS_FreeValue(ctx, result);
}

std::string exception_text(JSContext* ctx) {
  JSValue error = JS_GetException(ctx);
  const char* text = JS_ToCString(ctx, error);
  std::string out = text ? text : "the error cannot be converted to a string";
  if (text) JS_FreeCString(ctx, text);
  JS_FreeValue(ctx, error);
  return out;
}

// Consumes `script`, the value of a built-in script, which is a function of `host` and `means`, and calls it.
Result<JSValue> call_script(JSContext* ctx, std::string_view name, JSValue script, JSValueConst host,
                            JSValueConst means) {
  if (JS_IsException(script)) return fail(ErrorCode::failed, fmt::format("{}: {}", name, exception_text(ctx)));
  JSValueConst args[] = {host, means};
  JSValue made = JS_Call(ctx, script, JS_UNDEFINED, 2, args);
  JS_FreeValue(ctx, script);
  if (JS_IsException(made)) return fail(ErrorCode::failed, fmt::format("{}: {}", name, exception_text(ctx)));
  return made;
}

std::uint64_t address_of(JSValueConst object) noexcept {
  return reinterpret_cast<std::uint64_t>(JS_VALUE_GET_PTR(object));
}

// Loads the environment of every program: prelude.js, whose functions become roots, then the scripts that build on it.
/// Freezes a JSON value and all that it contains.
void freeze(JSContext* ctx, JSValueConst value) {
  if (!JS_IsObject(value)) return;
  JSPropertyEnum* names = nullptr;
  std::uint32_t count = 0;
  if (JS_GetOwnPropertyNames(ctx, &names, &count, value, JS_GPN_STRING_MASK) == 0) {
    for (std::uint32_t i = 0; i < count; ++i) {
      JSValue inner = JS_GetProperty(ctx, value, names[i].atom);
      freeze(ctx, inner);
      JS_FreeValue(ctx, inner);
    }
    JS_FreePropertyEnum(ctx, names, count);
  }
  JS_FreezeObject(ctx, value);
}

Result<void> load_prelude(JSContext* ctx, Heap::Roots& roots, const TemplateOptions& options) {
  struct Function {
    Root root;
    const char* name;
  };
  static constexpr Function functions[] = {
      {Root::invoke, "invoke"},        {Root::settle, "settle"},     {Root::fire, "fire"},
      {Root::failed, "failed"},        {Root::rejected, "rejected"}, {Root::report_unhandled, "reportUnhandled"},
      {Root::report_job, "reportJob"}, {Root::adopt, "adopt"},       {Root::fail, "fail"},
      {Root::exported, "exported"},
  };
  JSValue host = new_host_object(ctx);
  const auto prelude = call_script(ctx, "prelude.js", evaluate_builtin_script(ctx, "prelude.js"), host, JS_UNDEFINED);
  if (!prelude) return prelude.error();
  for (const Function& function : functions) {
    JSValue value = JS_GetPropertyStr(ctx, *prelude, function.name);
    ENTMOOT_CHECK(JS_IsFunction(ctx, value), "prelude.js returns every function that is a root of the heap");
    roots[static_cast<std::size_t>(function.root)] = address_of(value);
  }
  JSValue means = JS_GetPropertyStr(ctx, *prelude, "means");
  JS_FreeValue(ctx, *prelude);
  for (const auto& script : options.scripts) {
    const auto made = call_script(ctx, script->name, evaluate_builtin_script(ctx, *script), host, means);
    if (!made) return made.error();
    if (JS_IsObject(*made)) {
      roots[static_cast<std::size_t>(Root::receivers)] = address_of(JS_GetPropertyStr(ctx, *made, "receivers"));
      roots[static_cast<std::size_t>(Root::respond)] = address_of(JS_GetPropertyStr(ctx, *made, "respond"));
    }
    JS_FreeValue(ctx, *made);
  }
  JSValue load_web_api = define_web_apis(ctx, host);
  if (JS_IsException(load_web_api)) return fail(ErrorCode::failed, "web_apis.js: " + exception_text(ctx));
  roots[static_cast<std::size_t>(Root::load_web_api)] = address_of(load_web_api);
  JS_FreeValue(ctx, means);
  JS_FreeValue(ctx, host);
  return {};
}

// Builds the heap once. The steps and their order are deterministic, so that two builds differ in addresses only.
Result<Heap*> build_in(Region region, const ModuleGraph& graph, const TemplateOptions& options,
                       std::vector<HeapBlock>* shared) {
  Heap& heap = Heap::create(region, {.hard = region.bytes, .soft = region.bytes});
  heap.clear_blocks(true);  // what is left of what used a block before may be an address of this process
  auto& roots = heap.roots();
  const auto root = [&](Root which) -> std::uint64_t& { return roots[static_cast<std::size_t>(which)]; };

  JSRuntime* rt = JS_NewRuntime2(&heap_functions, &heap);
  if (!rt) return fail(ErrorCode::out_of_memory, "out of memory for a JavaScript runtime");
  entmoot_clear_blocks(rt);
  JS_SetMaxStackSize(rt, script_stack_bytes);
  JS_SetHostPromiseRejectionTracker(rt, &on_rejection, nullptr);
  entmoot_set_wall_clock(rt, &wall_clock_of);
  JSContext* ctx = JS_NewContext(rt);
  if (!ctx) return fail(ErrorCode::out_of_memory, "out of memory for a JavaScript context");
  JS_SetContextOpaque(ctx, &heap);
  root(Root::runtime) = reinterpret_cast<std::uint64_t>(rt);
  root(Root::context) = reinterpret_cast<std::uint64_t>(ctx);
  root(Root::graph) = reinterpret_cast<std::uint64_t>(&graph);

  if (auto loaded = load_prelude(ctx, roots, options); !loaded) return loaded.error();
  if (shared) *shared = blocks_of(heap);

  for (const auto& [name, json] : options.globals) {
    const std::string text(json.view());
    JSValue value = JS_ParseJSON(ctx, text.c_str(), text.size(), name.c_str());
    if (JS_IsException(value)) return fail(ErrorCode::failed, "global " + name + ": " + exception_text(ctx));
    freeze(ctx, value);
    JSValue global = JS_GetGlobalObject(ctx);
    JS_DefinePropertyValueStr(ctx, global, name.c_str(), value, JS_PROP_ENUMERABLE);
    JS_FreeValue(ctx, global);
  }

  const auto program = link_graph(ctx, graph);
  if (!program) return program.error();
  root(Root::script) = reinterpret_cast<std::uint64_t>(JS_VALUE_GET_PTR(program->entry));
  root(Root::script_tag) = static_cast<std::uint64_t>(JS_VALUE_GET_TAG(program->entry));
  if (JS_IsObject(program->exports)) {
    root(Root::exports) = address_of(program->exports);
    root(Root::handler) = reinterpret_cast<std::uint64_t>(entmoot_export_cell(ctx, program->exports, message_handler));
  }

  JS_RunGC(rt);
  entmoot_make_permanent(rt);
  // The first collection of a room comes after it has allocated 256 KiB of its own.
  JS_SetGCThreshold(rt, heap.used() + 256 * 1024);
  heap.clear_blocks(false);
  entmoot_forget_process(ctx);
  if (const char* broken = heap.inspect()) return fail(ErrorCode::failed, fmt::format("template heap: {}", broken));
  return &heap;
}

}  // namespace

TemplateBuilder::TemplateBuilder(RegionArena& arena, const ModuleGraph& graph, const TemplateOptions& options)
    : arena_(arena), regions_{arena.take(), arena.take()} {
  fix_hash_key();
  compile_builtin_scripts();
  const Region second{regions_[1].base + HeapImage::odd_distance, regions_[1].bytes - HeapImage::odd_distance};
  auto first = build_in(regions_[0], graph, options, &shared_);
  if (auto other = first ? build_in(second, graph, options, nullptr) : first; !other) {
    error_ = other.error();
    return;
  }
  heap_ = *first;
  image_ = HeapImage::of(*heap_, Heap::at(second));
  blocks_ = blocks_of(*heap_);
}

// A build that failed may have touched anything.
TemplateBuilder::~TemplateBuilder() {
  for (const Region& region : regions_) {
    arena_.give_back(region, heap_ ? heap_->touched() + HeapImage::odd_distance : region.bytes);
  }
}

}  // namespace entmoot::js
