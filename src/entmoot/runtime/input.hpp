// SPDX-License-Identifier: MIT

#pragma once

// An input of a script: what its turn is about. The only way in: a server that is given the same inputs again, at the
// same times, has the same state again (runtime/durable_turns.hpp).

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/js/runtime.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace entmoot {

/// A value that owns its texts; js::Entry refers to them.
struct Input {
  js::Entry::Kind kind = js::Entry::Kind::evaluate;
  std::uint64_t id = 0;
  bool ok = true;
  std::string name = {};
  JsonText json = {};
  std::optional<SharedBytes> bytes = {};
  std::uint64_t receiver = 0;

  /// The call that this input is; 0: none.
  [[nodiscard]] std::uint64_t call() const noexcept {
    return kind == js::Entry::Kind::invoke || kind == js::Entry::Kind::message ? id : 0;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return sizeof(Input) + name.size() + json.view().size() + (bytes ? bytes->size() : 0);
  }
};

/// Whether both are the same to a script. The same call has another number and perhaps another caller each time; a
/// timer and an answer are known by their numbers.
[[nodiscard]] inline bool is_same_for_script(const Input& a, const Input& b) noexcept {
  return a.kind == b.kind && (a.call() != 0 || a.id == b.id) && a.name == b.name && a.json == b.json &&
         a.bytes == b.bytes;
}

}  // namespace entmoot
