// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_quota.hpp>

#include <entmoot/base/ip_network.hpp>

#include <functional>
#include <string>

namespace entmoot {

namespace {

bool add(std::atomic<std::uint32_t>& count, std::size_t most) noexcept {
  if (count.fetch_add(1, std::memory_order_relaxed) < most) return true;
  count.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

}  // namespace

RoomQuota::Origin RoomQuota::origin_of(std::string_view address) const {
  if (address.empty()) return Origin(nullptr);
  return Origin(&(*addresses_)[std::hash<std::string>{}(ip_network(address)) % addresses_->size()]);
}

Result<RoomQuota::Place> RoomQuota::admit(Origin origin) {
  if (!add(rooms_, limits_.rooms)) return fail(ErrorCode::limit, "too many rooms on this server, try again later");
  Place place(&rooms_, nullptr);
  if (Count* const count = origin.address_) {
    if (!add(*count, limits_.per_address))
      return fail(ErrorCode::limit, "too many rooms have been started from your address");
    place.address_ = count;
  }
  return place;
}

}  // namespace entmoot
