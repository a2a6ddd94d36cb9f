// SPDX-License-Identifier: MIT

#pragma once

// CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID). Turns are charged with it, so that a busy machine does not
// make rooms exceed their limits. Reading it is a system call.

#include <entmoot/base/clock.hpp>

#include <ctime>

namespace entmoot {

class ThreadCpuClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return TimePoint(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
  }
};

}  // namespace entmoot
