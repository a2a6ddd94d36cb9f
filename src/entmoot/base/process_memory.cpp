// SPDX-License-Identifier: MIT

#include <entmoot/base/process_memory.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace entmoot {

namespace {

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

/// The limit that a file of a cgroup states; nothing if there is no file or no limit ("max").
std::optional<std::size_t> limit_in(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  return number_in(text);
}

/// The smallest limit of the cgroup `path` and those above it. `root` is where the hierarchy is mounted.
std::size_t limit_of_cgroup(const std::string& root, std::string path, std::string_view file) {
  std::size_t least = static_cast<std::size_t>(-1);
  for (;;) {
    if (const auto limit = limit_in(root + path + "/" + std::string(file))) least = std::min(least, *limit);
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return least;
    path.resize(slash);
  }
}

}  // namespace

std::size_t resident_bytes() {
  // Size and resident size, in pages.
  const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 128> buffer{};
  const auto got = read(fd, buffer.data(), buffer.size());
  close(fd);
  if (got <= 0) return 0;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return 0;
  return number_in(text.substr(blank + 1)).value_or(0) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t memory_available() {
  std::size_t least =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  // One line for each hierarchy (cgroups(7)): "0::/path" is version 2, "5:memory:/path" version 1.
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1) == "/" ? "" : line.substr(second + 1);
    if (controllers.empty()) least = std::min(least, limit_of_cgroup("/sys/fs/cgroup", path, "memory.max"));
    if (("," + controllers + ",").find(",memory,") != std::string::npos) {
      least = std::min(least, limit_of_cgroup("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
    }
  }
  return least;
}

}  // namespace entmoot
