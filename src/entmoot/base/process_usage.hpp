// SPDX-License-Identifier: MIT

#pragma once

// What the operating system says that this process uses. Any thread; the functions read files below /proc, which takes
// some 50 µs.

#include <entmoot/base/clock.hpp>

#include <cstddef>

namespace entmoot {

struct ProcessUsage {
  std::size_t resident_bytes = 0;
  Duration cpu = {};  ///< Of all threads.
  std::size_t descriptors = 0;
  std::size_t descriptors_max = 0;  ///< The limit (RLIMIT_NOFILE).
  WallTime started = {};
};

[[nodiscard]] ProcessUsage process_usage();

}  // namespace entmoot
