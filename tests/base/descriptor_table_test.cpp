// SPDX-License-Identifier: MIT

#include <entmoot/base/descriptor_table.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include <sys/resource.h>

using namespace entmoot;

namespace {
/// The size of the kernel's table of this process.
unsigned long table_size() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("FDSize:")) return std::stoul(line.substr(7));
  }
  return 0;
}
}  // namespace

TEST_CASE("the table of descriptors is made for all that are allowed, or 65,536, before there are connections") {
  reserve_descriptor_table();
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(limit.rlim_cur == limit.rlim_max);
  CHECK(table_size() >= std::min<rlim_t>(limit.rlim_cur, 65536));
}
