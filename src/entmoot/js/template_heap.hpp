// SPDX-License-Identifier: MIT

#pragma once

// A heap that rooms are copied from: runtime, context, prelude, and the room's program, loaded and linked but not yet
// run. Creating a room copies some hundred kilobytes and relocates a few thousand pointers, instead of spending half a
// millisecond on building the engine's intrinsics.
//
// How pointers are found: the heap is built twice, at two addresses, by the same steps in the same order. A word is a
// pointer into the heap if its value is in the heap's own address range and differs from the word in the other build by
// exactly the distance between the two. The distance is chosen so that none of its lower bytes is zero: memory is
// reused without being cleared, so a short string may be followed by the upper bytes of an old pointer, and a 32-bit
// value in a union by the upper half of one; such a word differs by another value. Where the engine depends on an
// address (the hash of a shape includes its prototype's) both builds are made equal (js/engine_unit.c).
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

/// Predefined global variables of a program: their names and JSON texts.
using Globals = std::map<std::string, JsonText>;

/// The environment of a program besides the language, the prelude and the Web's APIs.
struct TemplateOptions {
  /// Evaluated in this order, after the prelude (js/builtin_script.hpp).
  std::vector<std::shared_ptr<const BuiltinScript>> scripts = {};
  Globals globals = {};
};

/// The indices of Heap::roots().
enum class Root : std::size_t {
  runtime,  ///< JSRuntime*
  context,  ///< JSContext*
  graph,    ///< const ModuleGraph*, outside the heap: the targets of imports
  script,   ///< JSValue (two words): the loaded program
  script_tag,
  exports,  ///< JSObject*: the entry module's namespace; 0 for a classic script
  invoke,   ///< JSObject* of each of prelude.js's functions
  settle,
  fire,
  failed,
  rejected,
  report_unhandled,
  rejections,  ///< Not 0: promises were rejected, or handled after that, since report_unhandled was called.
  report_job,
  adopt,
  fail,
  exported,
  load_web_api,  ///< JSObject* of web_apis.js's function
  handler,       ///< The cell of the export message_handler (js/delivery.hpp); 0: none
  receivers,     ///< JSObject* of what a built-in script has returned for js/delivery.hpp; 0: no messages
  respond,
};

class TemplateHeap {
 public:
  /// Takes some milliseconds, on any thread. An import of a name that is not exported is an error here.
  [[nodiscard]] static Result<std::shared_ptr<const TemplateHeap>> build(std::shared_ptr<const ModuleGraph> graph,
                                                                         const TemplateOptions& options = {});

  /// Copies the heap into `region`. The caller must still set the engine's stack limits (JS_UpdateStackTop).
  Heap& copy_into(Region region, HeapLimits limits) const noexcept;

  [[nodiscard]] std::size_t bytes() const noexcept { return image_.size() * sizeof(std::uint64_t); }
  [[nodiscard]] std::size_t pointers() const noexcept { return pointers_.size(); }

 private:
  explicit TemplateHeap(std::shared_ptr<const ModuleGraph> graph) : graph_(std::move(graph)) {}
  std::shared_ptr<const ModuleGraph> graph_;  // all copies refer to it
  std::vector<std::uint64_t> image_;          // the heap, relocated to address 0
  std::vector<std::uint32_t> pointers_;       // the indices of words that are pointers
};

}  // namespace entmoot::js
