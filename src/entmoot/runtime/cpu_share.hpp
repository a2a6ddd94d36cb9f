// SPDX-License-Identifier: MIT

#pragma once

// How much of a core a room may use on the average: a bucket of CPU time that fills at `share` of real time and holds
// as much as comes in over `window`. A room in debt waits until the bucket has something in it again; nothing of it is
// lost, its messages wait in its mailbox, which is bounded. (cgroups' cpu.max, for a room.)
//
// A value; belongs to its room's shard.

#include <entmoot/base/clock.hpp>

#include <algorithm>
#include <chrono>

namespace entmoot {

class CpuShare {
 public:
  static constexpr Duration window = std::chrono::seconds(10);

  /// `share` of one core, more than 0; from 1 on there is no limit.
  CpuShare(double share, TimePoint now) noexcept : share_(share), left_(share * seconds(window)), filled_(now) {}

  void charge(Duration cpu, TimePoint now) noexcept {
    if (share_ >= 1) return;
    left_ = std::min(share_ * seconds(window), left_ + share_ * seconds(now - filled_)) - seconds(cpu);
    filled_ = now;
  }
  /// How long the room has to wait at `now`; zero: not at all.
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
