// SPDX-License-Identifier: MIT

#include <entmoot/web/longpoll_table.hpp>

namespace entmoot {

bool LongpollTable::has_room(const std::string& network) const {
  if (closed_ || connections_.draining() || sessions_.size() >= options_.sessions_max) return false;
  const auto found = by_network_.find(network);
  return found == by_network_.end() || found->second < options_.sessions_per_network_max;
}

std::uint64_t LongpollTable::add(LongpollSession& session, const std::string& network) {
  sessions_.emplace(++last_id_, &session);
  if (!network.empty()) ++by_network_[network];
  return last_id_;
}

void LongpollTable::remove(std::uint64_t id, const std::string& network) noexcept {
  if (sessions_.erase(id) == 0 || network.empty()) return;
  const auto found = by_network_.find(network);
  if (found != by_network_.end() && --found->second == 0) by_network_.erase(found);
}

LongpollSession* LongpollTable::find(std::uint64_t id) const noexcept {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

}  // namespace entmoot
