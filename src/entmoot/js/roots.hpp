// SPDX-License-Identifier: MIT

#pragma once

// The roots of a room's heap (Root) as values of the engine. Used on the room's fiber.

#include <entmoot/js/engine.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/template_heap.hpp>

#include <cstddef>
#include <cstdint>

namespace entmoot::js {

inline std::uint64_t& root(Heap& heap, Root which) noexcept { return heap.roots()[static_cast<std::size_t>(which)]; }

/// A root that is an object; the heap keeps it alive.
inline JSValueConst root_object(Heap& heap, Root which) noexcept {
  return JS_MKPTR(JS_TAG_OBJECT, reinterpret_cast<void*>(root(heap, which)));
}

/// Calls a function of a built-in script that is a root, and consumes `args`. Returns false if it was interrupted;
/// these functions do not throw.
inline bool call_root(JSContext* ctx, Heap& heap, Root which, int argc, JSValue* args) noexcept {
  JSValue result = JS_Call(ctx, root_object(heap, which), JS_UNDEFINED, argc, args);
  for (int i = 0; i < argc; ++i) JS_FreeValue(ctx, args[i]);
  const bool returned = !JS_IsException(result);
  JS_FreeValue(ctx, returned ? result : JS_GetException(ctx));
  return returned;
}

}  // namespace entmoot::js
