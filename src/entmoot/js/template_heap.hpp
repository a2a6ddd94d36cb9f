// SPDX-License-Identifier: MIT

#pragma once

// A finished heap to copy rooms from: runtime, context, prelude, and the room's program loaded and linked but not yet
// run. A new room is then a copy of some hundred kilobytes and a few thousand additions, instead of half a millisecond
// of the engine building its intrinsics again.
//
// How pointers are found: the heap is built twice, at two addresses, by the same steps in the same order. A word is a
// pointer into the heap if its value lies in the heap's own address range and differs from its twin by exactly the
// distance between the two. The distance is chosen so that none of its lower bytes is zero: memory is used again
// without being cleared, so a short string may be followed by the upper bytes of an old pointer, and a 32-bit value in
// a union by the upper half of one; such a word differs from its twin by something else. Where the engine itself
// depends on an address (it files shapes by their prototype's) both builds are brought to agree (js/engine_unit.c).
//
// Immutable after build(); shared by all shards.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/heap.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace entmoot::js {

class ModuleGraph;

struct BuiltinScript;

/// Global variables that a program finds set: their names and JSON texts.
using Globals = std::map<std::string, JsonText>;

/// What a program finds besides the language, the prelude and the Web's APIs.
struct TemplateOptions {
  /// Evaluated in this order, behind the prelude (js/builtin_script.hpp).
  std::vector<std::shared_ptr<const BuiltinScript>> scripts = {};
  Globals globals = {};
};

/// What a heap's roots() hold.
enum class Root : std::size_t {
  runtime,  ///< JSRuntime*
  context,  ///< JSContext*
  graph,    ///< const ModuleGraph*, outside of the heap: where requests lead
  script,   ///< JSValue (two words): the loaded program
  script_tag,
  exports,  ///< JSObject*: the entry module's namespace; 0 for a classic script
  invoke,   ///< JSObject* of each of prelude.js's functions
  settle,
  fire,
  failed,
  rejected,
  report_unhandled,
  report_job,
  adopt,
  load_web_api,  ///< JSObject* of web_apis.js's function
};

class TemplateHeap {
 public:
  /// Takes some milliseconds, on any thread. An import of what is not exported is found here.
  [[nodiscard]] static Result<std::shared_ptr<const TemplateHeap>> build(std::shared_ptr<const ModuleGraph> graph,
                                                                         const TemplateOptions& options = {});

  /// Lays a copy into `region` and returns its heap. The engine in it still has to be told of its thread's stack.
  Heap& copy_into(Region region, HeapLimits limits) const noexcept;

  [[nodiscard]] std::size_t bytes() const noexcept { return image_.size() * sizeof(std::uint64_t); }
  [[nodiscard]] std::size_t pointers() const noexcept { return pointers_.size(); }

 private:
  explicit TemplateHeap(std::shared_ptr<const ModuleGraph> graph) : graph_(std::move(graph)) {}
  std::shared_ptr<const ModuleGraph> graph_;  // all copies point into it
  std::vector<std::uint64_t> image_;          // the heap as if it lay at address 0
  std::vector<std::uint32_t> pointers_;       // which words of it are pointers
};

}  // namespace entmoot::js
