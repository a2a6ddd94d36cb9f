// SPDX-License-Identifier: MIT

#pragma once

// Builds a template's heap with the engine, and finds its pointers.
//
// How pointers are found: the heap is built twice, at two addresses, by the same steps in the same order. A word is a
// pointer into the heap if its value is in the heap's own address range and differs from the word in the other build by
// exactly the distance between the two. The engine's tables depend on no address (patches/06-...).

#include <entmoot/base/error.hpp>
#include <entmoot/js/heap_layout.hpp>
#include <entmoot/js/template_heap.hpp>

#include <array>
#include <optional>
#include <vector>

namespace entmoot::js {

class TemplateBuilder {
 public:
  /// Takes some milliseconds, on any thread. `arena` outlives it.
  TemplateBuilder(RegionArena& arena, const ModuleGraph& graph, const TemplateOptions& options);
  ~TemplateBuilder();
  TemplateBuilder(const TemplateBuilder&) = delete;
  TemplateBuilder& operator=(const TemplateBuilder&) = delete;

  /// Why there is no heap: the program cannot be linked.
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  // The rest is valid if there is no error.
  [[nodiscard]] Heap& heap() const noexcept { return *heap_; }
  [[nodiscard]] const HeapImage& image() const noexcept { return image_; }
  [[nodiscard]] const std::vector<HeapBlock>& blocks() const noexcept { return blocks_; }
  /// The blocks that existed before the program was loaded: the same for all programs with the same scripts.
  [[nodiscard]] const std::vector<HeapBlock>& shared_blocks() const noexcept { return shared_; }

 private:
  RegionArena& arena_;
  const std::array<Region, 2> regions_;
  std::optional<Error> error_;
  Heap* heap_ = nullptr;
  HeapImage image_;
  std::vector<HeapBlock> blocks_;
  std::vector<HeapBlock> shared_;
};

}  // namespace entmoot::js
