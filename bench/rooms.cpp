// SPDX-License-Identifier: MIT

// bench_rooms: measures the cost of rooms in one process. Arguments select parts; without arguments all parts run.

#include "parts.hpp"

#include <entmoot/base/log.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
  struct Part {
    std::string_view name;
    void (*run)();
  };
  static constexpr Part parts[] = {{"start", bench::room_start},
                                   {"call", bench::room_call},
                                   {"neighbour", bench::neighbour},
                                   {"idle", bench::idle_rooms}};
  entmoot::log::start("off");  // rooms that are terminated on purpose would log it
  const std::vector<std::string_view> wanted(argv + 1, argv + argc);
  for (const Part& part : parts) {
    if (wanted.empty() || std::ranges::find(wanted, part.name) != wanted.end()) part.run();
  }
}
