// SPDX-License-Identifier: MIT

#pragma once

// A durable script at rest, to be stored: its heap (js/heap_snapshot.hpp), what the server holds for it
// (runtime/script_state.hpp), and what the observer of its turns knows (runtime/turn_observer.hpp).

#include <entmoot/base/result.hpp>
#include <entmoot/js/durable_slots.hpp>
#include <entmoot/js/heap_snapshot.hpp>
#include <entmoot/runtime/script_state.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

class SavedScript {
 public:
  SavedScript(ScriptState state, std::string observed, js::HeapSnapshot heap)
      : state_(std::move(state)), observed_(std::move(observed)), heap_(std::move(heap)) {}

  /// Compresses. Any thread.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] std::size_t bytes() const noexcept { return heap_.bytes() + observed_.size(); }

  struct Loaded {
    js::DurableSlot slot;
    ScriptState state;
    std::string observed;
  };
  /// The heap in its slot, as a copy of `program`. The error says why these bytes cannot be used.
  [[nodiscard]] static Result<Loaded> load(std::string_view bytes, const js::TemplateHeap& program);

 private:
  ScriptState state_;
  std::string observed_;
  js::HeapSnapshot heap_;
};

}  // namespace entmoot
