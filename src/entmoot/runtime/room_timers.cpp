// SPDX-License-Identifier: MIT

#include <entmoot/runtime/room_timers.hpp>

#include <algorithm>

namespace entmoot {

namespace {
// Held for each timer: its entries here and in the shard's table.
constexpr std::size_t timer_bytes = 256;
}  // namespace

std::uint32_t RoomTimers::start(double milliseconds, bool repeat) {
  if (timers_.size() >= timers_max_ || !held_.add(timer_bytes)) return 0;
  constexpr double longest_ms = 2147483647;  // browsers store delays in 32 bits
  const double ms = std::clamp(milliseconds, repeat ? 1.0 : 0.0, longest_ms);
  const auto period = std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ms));
  const std::uint32_t id = ++last_id_;
  Timer& timer = timers_.emplace(id, Timer{period, repeat, shard_.clock().now() + period, TimerId::none}).first->second;
  period > Duration::zero() ? arm(id, timer) : soon_.push_back(id);
  return id;
}

void RoomTimers::resume(std::uint32_t id, Duration period, bool repeat, Duration from_now) {
  held_.add_anyway(timer_bytes);
  arm(id, timers_.emplace(id, Timer{period, repeat, shard_.clock().now() + from_now, TimerId::none}).first->second);
}

void RoomTimers::arm(std::uint32_t id, Timer& timer) {
  timer.timer = shard_.after(timer.due - shard_.clock().now(), [this, id] {
    const auto found = timers_.find(id);
    found->second.timer = TimerId::none;
    if (!found->second.repeat || !intervals_paused_ || taken(id)) due_(id);
  });
}

// An interval keeps its phase if it can; missed ticks are skipped.
bool RoomTimers::taken(std::uint32_t id) {
  const auto found = timers_.find(id);
  if (found == timers_.end()) return true;
  if (!found->second.repeat) {
    erase(found);
    return true;
  }
  found->second.due = std::max(found->second.due + found->second.period, shard_.clock().now());
  arm(id, found->second);
  return !intervals_paused_;
}

void RoomTimers::stop(std::uint32_t id) {
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  shard_.cancel(found->second.timer);
  erase(found);
}

void RoomTimers::erase(Timers::iterator timer) noexcept {
  timers_.erase(timer);
  held_.remove(timer_bytes);
}

void RoomTimers::stop_all() noexcept {
  for (const auto& [id, timer] : timers_) shard_.cancel(timer.timer);
  timers_.clear();
  soon_.clear();
  held_.clear();
}

}  // namespace entmoot
