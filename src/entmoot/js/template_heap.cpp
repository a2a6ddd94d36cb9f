// SPDX-License-Identifier: MIT

#include <entmoot/js/template_heap.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/js/builtin_scripts.hpp>
#include <entmoot/js/delivery.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/host_functions.hpp>
#include <entmoot/js/module_linker.hpp>
#include <entmoot/js/stack.hpp>
#include <entmoot/js/web_apis.hpp>

#include <fmt/format.h>

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
Result<Heap*> build_in(Region region, const ModuleGraph& graph, const TemplateOptions& options) {
  Heap& heap = Heap::create(region, {.hard = region.bytes, .soft = region.bytes});
  auto& roots = heap.roots();
  const auto root = [&](Root which) -> std::uint64_t& { return roots[static_cast<std::size_t>(which)]; };

  JSRuntime* rt = JS_NewRuntime2(&heap_functions, &heap);
  if (!rt) return fail(ErrorCode::out_of_memory, "out of memory for a JavaScript runtime");
  JS_SetMaxStackSize(rt, script_stack_bytes);
  JS_SetHostPromiseRejectionTracker(rt, &on_rejection, nullptr);
  JSContext* ctx = JS_NewContext(rt);
  if (!ctx) return fail(ErrorCode::out_of_memory, "out of memory for a JavaScript context");
  JS_SetContextOpaque(ctx, &heap);
  root(Root::runtime) = reinterpret_cast<std::uint64_t>(rt);
  root(Root::context) = reinterpret_cast<std::uint64_t>(ctx);
  root(Root::graph) = reinterpret_cast<std::uint64_t>(&graph);

  if (auto loaded = load_prelude(ctx, roots, options); !loaded) return loaded.error();

  for (const auto& [name, json] : options.globals) {
    const std::string text(json.view());
    JSValue value = JS_ParseJSON(ctx, text.c_str(), text.size(), name.c_str());
    if (JS_IsException(value)) return fail(ErrorCode::failed, "global " + name + ": " + exception_text(ctx));
    JSValue global = JS_GetGlobalObject(ctx);
    JS_SetPropertyStr(ctx, global, name.c_str(), value);
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
  entmoot_file_shapes(rt, reinterpret_cast<std::uintptr_t>(&heap), true);
  // The first collection of a room comes after it has allocated 256 KiB of its own.
  JS_SetGCThreshold(rt, heap.used() + 256 * 1024);
  if (const char* broken = heap.inspect()) return fail(ErrorCode::failed, fmt::format("template heap: {}", broken));
  return &heap;
}

// Copying a heap reads all its bytes, including those that are poisoned for AddressSanitizer.
#ifdef __SANITIZE_ADDRESS__
__attribute__((no_sanitize("address")))
#endif
std::uint64_t
word_at(const Heap& heap, std::size_t index) noexcept {
  return reinterpret_cast<const volatile std::uint64_t*>(&heap)[index];
}

#ifdef __SANITIZE_ADDRESS__
__attribute__((no_sanitize("address")))
#endif
void fill(Heap& heap, const std::vector<std::uint64_t>& image) noexcept {
#ifdef __SANITIZE_ADDRESS__
  auto* to = reinterpret_cast<volatile std::uint64_t*>(&heap);
  for (std::size_t i = 0; i < image.size(); ++i) to[i] = image[i];
#else
  std::memcpy(static_cast<void*>(&heap), image.data(), image.size() * sizeof(std::uint64_t));
#endif
}

}  // namespace

Result<std::shared_ptr<const TemplateHeap>> TemplateHeap::build(std::shared_ptr<const ModuleGraph> graph,
                                                                const TemplateOptions& options) {
  compile_builtin_scripts();
  RegionArena arena({}, RegionArena::Place::anywhere);
  const Region regions[] = {arena.take(), arena.take()};
  // None of the lower bytes of the distance is zero: see the header.
  constexpr std::size_t odd = 0x5a'5a30;
  auto first = build_in(regions[0], *graph, options);
  auto second = first ? build_in({regions[1].base + odd, regions[1].bytes - odd}, *graph, options) : first;

  std::shared_ptr<TemplateHeap> made(new TemplateHeap(std::move(graph)));
  if (second) {
    const Heap& a = **first;
    const Heap& b = **second;
    ENTMOOT_CHECK(a.footprint() == b.footprint(), "two builds of a template have the same layout");
    const auto base = reinterpret_cast<std::uint64_t>(&a);
    const std::uint64_t distance = reinterpret_cast<std::uint64_t>(&b) - base;
    const std::size_t words = (a.footprint() + 7) / 8;
    made->image_.reserve(words);
    for (std::size_t i = 0; i < words; ++i) {
      const std::uint64_t word = word_at(a, i);
      const bool pointer = word - base < regions[0].bytes && word_at(b, i) - word == distance;
      if (pointer) made->pointers_.push_back(static_cast<std::uint32_t>(i));
      made->image_.push_back(pointer ? word - base : word);
    }
  }
  const std::size_t touched[] = {first ? (*first)->touched() : arena.region_bytes(),
                                 second ? (*second)->touched() + odd : arena.region_bytes()};
  for (const int i : {0, 1}) arena.give_back(regions[i], touched[i]);
  if (!second) return second.error();
  return std::shared_ptr<const TemplateHeap>(std::move(made));
}

Heap& TemplateHeap::copy_into(Region region, HeapLimits limits) const noexcept {
  Heap& heap = Heap::at(region);
  fill(heap, image_);
  const auto base = reinterpret_cast<std::uint64_t>(region.base);
  auto* words = reinterpret_cast<std::uint64_t*>(region.base);
  for (const std::uint32_t i : pointers_) words[i] += base;
  heap.set_limits(limits);
  heap.mark_for_sanitizer();
  entmoot_file_shapes(reinterpret_cast<JSRuntime*>(heap.roots()[static_cast<std::size_t>(Root::runtime)]), 0, false);
  return heap;
}

}  // namespace entmoot::js
