// SPDX-License-Identifier: MIT

// bench_rooms: what a room costs, measured in one process. Parts are named on the command line; all of them without.

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
  entmoot::log::start("off");  // rooms that are dropped on purpose would say so
  const std::vector<std::string_view> wanted(argv + 1, argv + argc);
  for (const Part& part : parts) {
    if (wanted.empty() || std::ranges::find(wanted, part.name) != wanted.end()) part.run();
  }
}
