// SPDX-License-Identifier: MIT

#include <entmoot/base/descriptor_table.hpp>

#include <algorithm>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace entmoot {

void reserve_descriptor_table() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  // The table grows to hold the number of a descriptor, and does not shrink.
  const auto last = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536)) - 1;
  const int highest = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, last);
  if (highest >= 0) close(highest);
}

}  // namespace entmoot
