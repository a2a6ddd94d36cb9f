// SPDX-License-Identifier: MIT

#pragma once

// The serialized states of sleeping rooms, in memory, until a client joins again. Bounded by bytes; the state of the
// room that has slept longest is dropped first.
//
// One per shard, touched by its thread only.

#include <entmoot/base/json.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/core/shard.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot {

class SleepingRooms {
 public:
  SleepingRooms(Shard& shard, std::size_t bytes_max) : shard_(shard), bytes_max_(bytes_max) {}

  void put(std::string topic, JsonText state);
  /// Removes and returns the state of `topic`.
  [[nodiscard]] std::optional<JsonText> take(std::string_view topic);
  [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Sleeper {
    std::string topic;
    JsonText state;
    [[nodiscard]] std::size_t bytes() const noexcept { return topic.size() + state.view().size(); }
  };
  JsonText remove(std::list<Sleeper>::iterator sleeper);

  Shard& shard_;
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Sleeper> rooms_;  // oldest first
  StringMap<std::list<Sleeper>::iterator> by_topic_;
};

}  // namespace entmoot
