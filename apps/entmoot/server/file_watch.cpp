// SPDX-License-Identifier: MIT

#include "file_watch.hpp"

#include <fmt/format.h>

#include <iterator>
#include <system_error>
#include <utility>

namespace entmoot_app {

namespace fs = std::filesystem;

namespace {
constexpr int unsettled_polls_max = 40;
}

std::string FileWatch::state_of(const Files& files) {
  std::string state;
  for (const auto& file : files) {
    std::error_code none;
    const auto time = fs::last_write_time(file, none);
    const auto size = fs::is_regular_file(file, none) ? fs::file_size(file, none) : 0;
    fmt::format_to(std::back_inserter(state), "{} {} {}\n", file.string(), time.time_since_epoch().count(), size);
  }
  return state;
}

bool FileWatch::poll(const Files& files) {
  std::string state = state_of(files);
  const bool is_settled = state == last_polled_;
  last_polled_ = state;
  if (state == known_) {
    unsettled_polls_ = 0;
    return false;
  }
  if (!is_settled && ++unsettled_polls_ < unsettled_polls_max) return false;
  unsettled_polls_ = 0;
  return true;
}

}  // namespace entmoot_app
