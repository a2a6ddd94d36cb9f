// SPDX-License-Identifier: MIT

#pragma once

// A heap that rooms are copied from: runtime, context, prelude, and the room's program, loaded and linked but not yet
// run. Creating a room copies some hundred kilobytes and relocates a few thousand pointers, instead of spending half a
// millisecond on building the engine's intrinsics.
//
// template_builder.hpp builds it and finds its pointers, heap_layout.hpp moves its blocks, so that a copy begins with
// what rooms use; the rest is copied page by page when it is touched (cold_pages.hpp).
//
// Immutable after build(); shared by all shards.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/heap_layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace entmoot::js {

class ModuleGraph;

struct BuiltinScript;
struct Heat;

/// Predefined global variables of a program: their names and JSON texts. Their values are frozen.
using Globals = std::map<std::string, JsonText>;

/// The environment of a program besides the language, the prelude and the Web's APIs.
struct TemplateOptions {
  /// Evaluated in this order, after the prelude (js/builtin_script.hpp).
  std::vector<std::shared_ptr<const BuiltinScript>> scripts = {};
  Globals globals = {};
  /// What programs with these scripts use (js/rehearsal.hpp); nullptr: unknown, no page is cold.
  std::shared_ptr<const Heat> heat = {};
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

using HeapIdentity = std::array<std::uint8_t, 16>;

class TemplateHeap final : private PageSource {
 public:
  /// Takes some milliseconds, on any thread. An import of a name that is not exported is an error here.
  [[nodiscard]] static Result<std::shared_ptr<const TemplateHeap>> build(std::shared_ptr<const ModuleGraph> graph,
                                                                         const TemplateOptions& options = {});

  /// Copies the heap into `region`. The template outlives the copy. The caller must still set the engine's stack limits
  /// (JS_UpdateStackTop).
  Heap& copy_into(Region region, HeapLimits limits) const noexcept;

  [[nodiscard]] std::size_t bytes() const noexcept { return image_.words.size() * sizeof(std::uint64_t); }
  /// Of bytes(): those that are copied when they are first touched.
  [[nodiscard]] std::size_t cold_bytes() const noexcept { return cold_.to - cold_.from; }
  [[nodiscard]] std::size_t pointers() const noexcept { return image_.pointers.size(); }
  /// Of processes with the same identity, one can go on with a heap of the other that was copied from this template:
  /// the program, the engine, the key of its hashes (js/hash_key.hpp) and each word of the template are the same. A
  /// digest; programs at an address that changes have another one in each process.
  [[nodiscard]] const HeapIdentity& identity() const noexcept { return identity_; }

  // For js/heap_snapshot.hpp. Any thread.

  /// The page at `offset` of a copy at `base`, before any script has run; zeros behind the template.
  void read_page(std::uintptr_t base, std::size_t offset, std::span<std::uint64_t> words) const noexcept;
  [[nodiscard]] ColdRange cold_range() const noexcept { return cold_; }
  /// Whether `heap` is a copy of this template.
  [[nodiscard]] bool is_template_of(Heap& heap) const noexcept;
  /// Makes the cold pages of a copy cold.
  void make_cold_again(Heap& heap) const noexcept;
  /// Makes a heap with the bytes of a copy, from whatever process, a copy of this template.
  void adopt(Heap& heap) const noexcept;

 private:
  explicit TemplateHeap(std::shared_ptr<const ModuleGraph> graph) : graph_(std::move(graph)) {}
  void fill(Heap& heap, std::size_t offset) const noexcept override;
  void finish(Heap& built);

  std::shared_ptr<const ModuleGraph> graph_;  // all copies refer to it
  HeapImage image_;
  ColdRange cold_;
  HeapIdentity identity_{};
};

}  // namespace entmoot::js
