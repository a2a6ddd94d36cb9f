// SPDX-License-Identifier: MIT

#include <entmoot/base/process_usage.hpp>

#include <entmoot/base/process_memory.hpp>

#include <ctime>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/resource.h>
#include <sys/stat.h>

namespace entmoot {

namespace {

std::size_t count_descriptors() {
  // From Linux 6.2 on, the size of the folder is the number; earlier it is 0.
  struct stat about {};
  if (::stat("/proc/self/fd", &about) == 0 && about.st_size > 0) return static_cast<std::size_t>(about.st_size);
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  if (error) return 0;
  const auto count = std::distance(begin(all), end(all));
  return static_cast<std::size_t>(count) - 1;  // that of the iterator
}

// The time at which this program's static objects are made.
const WallTime started = SystemClock::shared().now();

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage usage{.resident_bytes = resident_bytes(), .descriptors = count_descriptors(), .started = started};
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  usage.cpu = std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.descriptors_max = static_cast<std::size_t>(limit.rlim_cur);
  return usage;
}

}  // namespace entmoot
