// SPDX-License-Identifier: MIT

#pragma once

// A finished heap to copy rooms from: runtime, context, prelude, and the room's script loaded but not yet run. A new
// room is then a copy of some hundred kilobytes and a few thousand additions, instead of half a millisecond of the
// engine building its intrinsics again.
//
// How pointers are found: the heap is built twice, at two addresses. A word is a pointer into the heap if its value lies
// in the heap's own address range and its lower half differs in the other build. (The second half of the rule is not for
// show: where the engine stores 32 bits into a union of 64, the upper half is what the C stack left there, often that of
// a pointer.) What else differs is the engine's random seed, and in which bucket a shape is filed: shapes are hashed by
// their prototype's address, so that after the move the engine does not find some of them again and makes a duplicate,
// which costs its bytes and nothing else.
//
// Immutable after build(); shared by all shards.

#include <entmoot/base/result.hpp>
#include <entmoot/js/heap.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace entmoot::js {

class Script;

/// What a heap's roots() hold.
enum class Root : std::size_t {
  runtime,  ///< JSRuntime*
  context,  ///< JSContext*
  script,   ///< JSValue (two words): the loaded program
  script_tag,
  invoke,  ///< JSObject* of prelude.js's functions, in the order in which it returns them
  settle,
  fire,
  failed,
  rejected,
  report_unheard,
  report_job,
};

class TemplateHeap {
 public:
  /// Takes some milliseconds, on any thread.
  [[nodiscard]] static Result<std::shared_ptr<const TemplateHeap>> build(const Script& script);

  /// Lays a copy into `region` and returns its heap. The engine in it still has to be told of its thread's stack.
  Heap& copy_into(Region region, HeapLimits limits) const noexcept;

  [[nodiscard]] std::size_t bytes() const noexcept { return image_.size() * sizeof(std::uint64_t); }
  [[nodiscard]] std::size_t pointers() const noexcept { return pointers_.size(); }

 private:
  TemplateHeap() = default;
  std::vector<std::uint64_t> image_;     // the heap as if it lay at address 0
  std::vector<std::uint32_t> pointers_;  // which words of it are pointers
};

}  // namespace entmoot::js
