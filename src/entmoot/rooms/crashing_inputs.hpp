// SPDX-License-Identifier: MIT

#pragma once

// The inputs with which a durable room has crashed. Each crash takes it back to the state before, so an input that
// comes again, as a timer does, would end it for ever. One that has ended it twice is set aside: the room's script does
// not get it, nor an equal one later, and the journal has it with that note (TurnFacts::set_aside). Other code gets it
// again, and so does the next process.
//
// Bounded: the oldest are forgotten.
//
// Belongs to its room's shard.

#include <entmoot/base/bytes.hpp>
#include <entmoot/runtime/input.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace entmoot {

class CrashingInputs {
 public:
  static constexpr std::size_t inputs_max = 16;
  static constexpr std::size_t input_bytes_max = 64 * KiB;

  /// The room has crashed with this input.
  void crashed_by(Input input) {
    if (input.kind == js::Entry::Kind::evaluate || input.size() > input_bytes_max) return;
    const auto same =
        std::ranges::find_if(seen_, [&](const Seen& seen) { return is_same_for_script(seen.input, input); });
    if (same != seen_.end()) {
      ++same->crashes;
      return;
    }
    if (seen_.size() == inputs_max) seen_.pop_front();
    seen_.push_back({std::move(input), 1});
  }
  /// For JsServerOptions::set_aside.
  [[nodiscard]] std::vector<Input> to_set_aside() const {
    std::vector<Input> inputs;
    for (const Seen& seen : seen_) {
      if (seen.crashes >= 2) inputs.push_back(seen.input);
    }
    return inputs;
  }

 private:
  struct Seen {
    Input input;
    int crashes;
  };
  std::deque<Seen> seen_;
};

}  // namespace entmoot
