// SPDX-License-Identifier: MIT

#pragma once

// The key of the engine's hashes (js/keyed_hash.h). It is drawn when the process starts, and every heap depends on it:
// a process that loads heaps of another one (js/heap_snapshot.hpp) sets that one's key first. Whoever knows the key can
// make a room slow, so it is stored as a secret.

#include <cstdint>

namespace entmoot::js {

/// Any thread.
[[nodiscard]] std::uint64_t hash_key() noexcept;
/// Call it before other threads use the engine, and before the first template is built, which is checked. `key` is a
/// result of hash_key(); of any other number some bits are set.
void set_hash_key(std::uint64_t key) noexcept;
/// From now on the key cannot be set. Called by TemplateBuilder, on any thread.
void fix_hash_key() noexcept;

}  // namespace entmoot::js
