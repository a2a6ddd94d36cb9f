// SPDX-License-Identifier: MIT

#include <entmoot/js/hash_key.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/js/engine.hpp>

#include <atomic>

namespace entmoot::js {

namespace {
std::atomic<bool> is_fixed = false;
}

std::uint64_t hash_key() noexcept { return entmoot_get_hash_key(); }

void set_hash_key(std::uint64_t key) noexcept {
  ENTMOOT_CHECK(!is_fixed.load(), "the key of the engine's hashes is set before the first template is built");
  entmoot_set_hash_key(key);
}

void fix_hash_key() noexcept { is_fixed.store(true); }

}  // namespace entmoot::js
