// SPDX-License-Identifier: MIT

#include "node_counts.hpp"

#include <functional>

namespace entmoot_app {

using namespace entmoot;

namespace {

bool add(std::atomic<std::uint32_t>& count, std::size_t most) noexcept {
  if (count.fetch_add(1, std::memory_order_relaxed) < most) return true;
  count.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

}  // namespace

Result<NodeCounts::Place> NodeCounts::admit(std::string_view address) {
  if (!add(rooms_, limits_.rooms)) return fail("there are too many rooms, try again later");
  Place place(&rooms_, nullptr);
  if (!address.empty()) {
    Count& count = (*addresses_)[std::hash<std::string_view>{}(address) % addresses_->size()];
    if (!add(count, limits_.per_address)) return fail("too many rooms have been opened from your address");
    place.address_ = &count;
  }
  return place;
}

}  // namespace entmoot_app
