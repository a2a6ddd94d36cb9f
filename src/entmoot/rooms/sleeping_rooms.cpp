// SPDX-License-Identifier: MIT

#include <entmoot/rooms/sleeping_rooms.hpp>

#include <entmoot/base/log.hpp>

#include <iterator>
#include <utility>

namespace entmoot {

void SleepingRooms::put(std::string topic, JsonText state) {
  (void)take(topic);
  rooms_.push_back({std::move(topic), std::move(state)});
  bytes_ += rooms_.back().bytes();
  by_topic_.emplace(rooms_.back().topic, std::prev(rooms_.end()));
  while (bytes_ > bytes_max_) {
    if (shard_.may_log()) {
      log::warn("room {}: saved state dropped, because sleeping rooms exceed {} bytes (setting `node.sleepingBytes`)",
                log::quoted(rooms_.front().topic), bytes_max_);
    }
    (void)remove(rooms_.begin());
  }
}

std::optional<JsonText> SleepingRooms::take(std::string_view topic) {
  const auto found = by_topic_.find(topic);
  if (found == by_topic_.end()) return std::nullopt;
  return remove(found->second);
}

JsonText SleepingRooms::remove(std::list<Sleeper>::iterator sleeper) {
  bytes_ -= sleeper->bytes();
  by_topic_.erase(sleeper->topic);
  JsonText state = std::move(sleeper->state);
  rooms_.erase(sleeper);
  return state;
}

}  // namespace entmoot
