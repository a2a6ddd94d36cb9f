// SPDX-License-Identifier: MIT

#pragma once

// A room's setTimeout and setInterval, on the shard's timers. Ids are per room and begin at 1, as in browsers.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot {

class RoomTimers {
 public:
  /// `due` is called with the id on the shard, never from within start(). Timers are held on `account`.
  RoomTimers(Shard& shard, std::size_t timers_max, std::shared_ptr<MemoryAccount> account,
             std::function<void(std::uint32_t)> due)
      : shard_(shard), timers_max_(timers_max), due_(std::move(due)), held_(std::move(account)) {}
  ~RoomTimers() { stop_all(); }
  RoomTimers(const RoomTimers&) = delete;
  RoomTimers& operator=(const RoomTimers&) = delete;

  /// Returns 0 if there are too many timers, or the account is full. The delay is clamped to 0 … 24.8 days, an interval
  /// to 1 ms or more. A timer without a delay is not reported to `due`: take_soon() has it.
  [[nodiscard]] std::uint32_t start(double milliseconds, bool repeat);
  /// The timers without a delay that were started since the last call, in order.
  [[nodiscard]] std::vector<std::uint32_t> take_soon() noexcept { return std::exchange(soon_, {}); }
  /// Called when a due timer is about to run its callback. A one-shot timer is removed; an interval is armed again only
  /// now, so that one that is faster than its room is queued once and costs the shard nothing meanwhile. False: skip
  /// the callback, because intervals are paused.
  [[nodiscard]] bool taken(std::uint32_t id);
  /// A timer of an earlier process, which is due in `from_now`. Later ids are larger.
  void resume(std::uint32_t id, Duration period, bool repeat, Duration from_now);
  /// The next timer gets a number after this one.
  void continue_after(std::uint32_t last_id) noexcept { last_id_ = std::max(last_id_, last_id); }
  void stop(std::uint32_t id);
  void stop_all() noexcept;
  /// While paused, due intervals are not reported.
  void pause_intervals(bool paused) noexcept { intervals_paused_ = paused; }
  [[nodiscard]] std::size_t size() const noexcept { return timers_.size(); }

 private:
  struct Timer {
    Duration period;
    bool repeat;
    TimePoint due;
    TimerId timer;
  };
  using Timers = std::unordered_map<std::uint32_t, Timer>;
  void arm(std::uint32_t id, Timer& timer);
  void erase(Timers::iterator timer) noexcept;

  Shard& shard_;
  const std::size_t timers_max_;
  std::function<void(std::uint32_t)> due_;
  Timers timers_;
  std::vector<std::uint32_t> soon_;
  MemoryCharge held_;
  std::uint32_t last_id_ = 0;
  bool intervals_paused_ = false;
};

}  // namespace entmoot
