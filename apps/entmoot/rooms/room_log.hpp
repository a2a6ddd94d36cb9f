// SPDX-License-Identifier: MIT

#pragma once

// What the server has to say of a room's doings, in its log: as many lines as the script's own (`logLines`), for
// clients have a say in how often. What is left out is counted.
//
// Belongs to its room's shard; shared with what is answered later.

#include <entmoot/base/log.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/runtime/log_allowance.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot_app {

class RoomLog {
 public:
  RoomLog(std::string topic, std::size_t lines_max)
      : topic_(std::move(topic)), lines_(lines_max, entmoot::Shard::here().clock().now()) {}

  /// `what` is written as it is: see log::quoted.
  void warn(std::string_view what) {
    const auto now = entmoot::Shard::here().clock().now();
    if (const auto left_out = lines_.tell(now)) {
      entmoot::log::warn("room {}: {} warnings were left out", entmoot::log::quoted(topic_), left_out);
    }
    if (lines_.take(now)) entmoot::log::warn("room {}: {}", entmoot::log::quoted(topic_), what);
  }

 private:
  const std::string topic_;
  entmoot::LogAllowance lines_;
};

}  // namespace entmoot_app
