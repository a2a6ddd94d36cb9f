// SPDX-License-Identifier: MIT

#pragma once

// The average CPU use of a room, limited by a token bucket: CPU time flows in at `share` of real time, up to the amount
// for one `window`. A room in debt waits until the balance is positive again; its messages wait in its bounded mailbox.
// (Like cpu.max of cgroups, for a room.)
//
// A value; used on its room's shard.

#include <entmoot/base/clock.hpp>

#include <algorithm>
#include <chrono>

namespace entmoot {

class CpuShare {
 public:
  static constexpr Duration window = std::chrono::seconds(10);

  /// `share`: fraction of one core, more than 0; 1 or more: no limit.
  CpuShare(double share, TimePoint now) noexcept : share_(share), left_(share * seconds(window)), filled_(now) {}

  void charge(Duration cpu, TimePoint now) noexcept {
    if (share_ >= 1) return;
    left_ = std::min(share_ * seconds(window), left_ + share_ * seconds(now - filled_)) - seconds(cpu);
    filled_ = now;
  }
  /// How long the room must wait, as of `now`; zero: it may run.
  [[nodiscard]] Duration debt(TimePoint now) const noexcept {
    if (share_ >= 1) return {};
    const double missing = -(left_ + share_ * seconds(now - filled_));
    if (missing <= 0) return {};
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(missing / share_)) +
           std::chrono::milliseconds(1);
  }

 private:
  static double seconds(Duration duration) noexcept { return std::chrono::duration<double>(duration).count(); }

  double share_;
  double left_;  // seconds of CPU time
  TimePoint filled_;
};

}  // namespace entmoot
