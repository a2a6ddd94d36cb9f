// SPDX-License-Identifier: MIT

#pragma once

// A room's setTimeout and setInterval, on the shard's timers. Ids are the room's own, from 1, as the web counts.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>

namespace entmoot {

class RoomTimers {
 public:
  /// `due` is called with the id on the shard, never from within start().
  RoomTimers(Shard& shard, std::size_t timers_max, std::function<void(std::uint32_t)> due)
      : shard_(shard), timers_max_(timers_max), due_(std::move(due)) {}
  ~RoomTimers() { stop_all(); }
  RoomTimers(const RoomTimers&) = delete;
  RoomTimers& operator=(const RoomTimers&) = delete;

  /// 0 when there are too many. Less than a millisecond is one; more than 24 days is the longest there is, as in
  /// browsers.
  [[nodiscard]] std::uint32_t start(double milliseconds, bool repeat);
  /// A timer that was due is about to run. Until now it counts; and only now an interval is set again: one that is
  /// faster than its room waits once, not a thousand times, and costs the shard nothing meanwhile.
  /// False: it is left out, for intervals are paused.
  [[nodiscard]] bool taken(std::uint32_t id);
  void stop(std::uint32_t id);
  void stop_all() noexcept;
  /// Repeating timers that come due are not reported.
  void pause_intervals(bool paused) noexcept { intervals_paused_ = paused; }
  [[nodiscard]] std::size_t size() const noexcept { return timers_.size(); }

 private:
  struct Timer {
    Duration period;
    bool repeat;
    TimePoint due;
    TimerId timer;
  };
  void arm(std::uint32_t id, Timer& timer);

  Shard& shard_;
  const std::size_t timers_max_;
  std::function<void(std::uint32_t)> due_;
  std::unordered_map<std::uint32_t, Timer> timers_;
  std::uint32_t last_id_ = 0;
  bool intervals_paused_ = false;
};

}  // namespace entmoot
