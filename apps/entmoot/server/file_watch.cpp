// SPDX-License-Identifier: MIT

#include "file_watch.hpp"

#include <fmt/format.h>

#include <iterator>
#include <system_error>
#include <utility>

namespace entmoot_app {

namespace fs = std::filesystem;

namespace {
constexpr int restless_looks_max = 40;
}

std::string FileWatch::looks_of(const Files& files) {
  std::string looks;
  for (const auto& file : files) {
    std::error_code none;
    const auto time = fs::last_write_time(file, none);
    const auto size = fs::is_regular_file(file, none) ? fs::file_size(file, none) : 0;
    fmt::format_to(std::back_inserter(looks), "{} {} {}\n", file.string(), time.time_since_epoch().count(), size);
  }
  return looks;
}

bool FileWatch::look(const Files& files) {
  std::string looks = looks_of(files);
  const bool lies_still = looks == last_look_;
  last_look_ = looks;
  if (looks == known_) {
    restless_looks_ = 0;
    return false;
  }
  if (!lies_still && ++restless_looks_ < restless_looks_max) return false;
  restless_looks_ = 0;
  return true;
}

}  // namespace entmoot_app
