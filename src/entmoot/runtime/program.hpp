// SPDX-License-Identifier: MIT

#pragma once

// A script made ready for rooms: compiled, and laid into a template heap that each room is copied from.

#include <entmoot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

namespace js {
class TemplateHeap;
}

/// Immutable; a value that may be shared by all shards.
class Program {
 public:
  /// `name` ends in .ts for TypeScript. The error says file, line and what is wrong. Blocks for some ten milliseconds.
  [[nodiscard]] static Result<Program> load(std::string name, std::string_view source);

  [[nodiscard]] const js::TemplateHeap& heap() const noexcept { return *heap_; }

 private:
  explicit Program(std::shared_ptr<const js::TemplateHeap> heap) : heap_(std::move(heap)) {}
  std::shared_ptr<const js::TemplateHeap> heap_;
};

}  // namespace entmoot
