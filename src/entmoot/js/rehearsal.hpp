// SPDX-License-Identifier: MIT

#pragma once

// Finds out which blocks of a template rooms use: a small program that does what rooms usually do is run in a template
// whose blocks lie on pages of their own (js/heap_layout.hpp), and the pages that it touches are noted.
//
// The program stands in for the authors' programs: their code is not run before a room exists. What the built-in
// scripts have allocated before a program is loaded is the same for all programs, so the result applies to all of them.

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/runtime.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

/// What rooms usually do.
struct Rehearsal {
  struct Step {
    Entry::Kind kind;  ///< invoke, message or fire.
    std::string name;
    std::string json;
    std::uint64_t receiver = 0;
  };
  EmbeddedFile program;         ///< An ES module.
  std::vector<Step> start;      ///< In nearly every room, once.
  std::vector<Step> often;      ///< For most messages.
  std::vector<Step> sometimes;  ///< In some rooms.
  std::map<std::string, JsonText, std::less<>>
      answers;  ///< To Beam.callSync(name), of a built-in script or the program.
};

/// The blocks of the part of a template that all programs share, in the order in which they are first touched.
struct Heat {
  // Their offsets in a heap as the engine builds it. Each is in one list.
  std::vector<std::uint32_t> often;
  std::vector<std::uint32_t> start;
  std::vector<std::uint32_t> sometimes;
  std::size_t answered = 0;  ///< Steps that were answered without an error.
};

/// Blocks for some milliseconds, on any thread. Where page faults are not handled (js/cold_pages.hpp): nullptr.
[[nodiscard]] std::shared_ptr<const Heat> rehearse(const std::vector<std::shared_ptr<const BuiltinScript>>& scripts,
                                                   const Rehearsal& rehearsal);

}  // namespace entmoot::js
