// SPDX-License-Identifier: MIT

#pragma once

// The CPU time and the memory of a server, as the kernel reports them, with all its threads and child processes. This
// works for any server and does not include the clients. CPU time is that of live threads: a server's threads last as
// long as it.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <unistd.h>

namespace load {

struct Usage {
  double cpu = 0;   // seconds, with a resolution of nanoseconds
  double user = 0;  // seconds, in ticks of the kernel
  double sys = 0;
  double rss = 0;  // bytes
  double pss = 0;
  int procs = 0;
  int threads = 0;
};

inline std::string contents(const std::string& path) {
  std::string text;
  if (FILE* file = std::fopen(path.c_str(), "r")) {
    char part[4096];
    while (const std::size_t size = std::fread(part, 1, sizeof part, file)) text.append(part, size);
    std::fclose(file);
  }
  return text;
}

/// The numbers among the names in a folder. A process may end while this reads its folder; then it has no more.
inline std::vector<int> numbers_in(const std::string& folder) {
  std::vector<int> numbers;
  std::error_code gone;
  for (std::filesystem::directory_iterator entry(folder, gone), end; !gone && entry != end; entry.increment(gone))
    if (const int number = std::atoi(entry->path().filename().c_str())) numbers.push_back(number);
  return numbers;
}

/// The fields of /proc/PID/stat after the name of the program, which may contain anything.
inline std::string stat_fields(const std::string& folder) {
  const std::string text = contents(folder + "/stat");
  const std::size_t end = text.rfind(')');
  return end == text.npos ? "" : text.substr(end + 1);
}

/// The process and its descendants.
inline std::vector<int> process_tree(int root) {
  std::multimap<int, int> children;
  for (const int pid : numbers_in("/proc")) {
    int parent = 0;
    if (std::sscanf(stat_fields("/proc/" + std::to_string(pid)).c_str(), " %*c %d", &parent) == 1)
      children.emplace(parent, pid);
  }
  std::vector<int> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const auto [begin, end] = children.equal_range(tree[i]);
    for (auto child = begin; child != end; ++child) tree.push_back(child->second);
  }
  return tree;
}

/// Nothing if there is no process to look at.
inline Usage cpu_of(int root) {
  Usage usage;
  if (root == 0) return usage;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (const int pid : process_tree(root)) {
    const std::string folder = "/proc/" + std::to_string(pid);
    unsigned long long user = 0, sys = 0;
    if (std::sscanf(stat_fields(folder).c_str(), " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
                    &sys) != 2)
      continue;
    ++usage.procs;
    usage.user += static_cast<double>(user) / ticks;
    usage.sys += static_cast<double>(sys) / ticks;
    for (const int task : numbers_in(folder + "/task")) {
      ++usage.threads;
      usage.cpu +=
          std::strtod(contents(folder + "/task/" + std::to_string(task) + "/schedstat").c_str(), nullptr) / 1e9;
    }
  }
  return usage;
}

/// With memory, which takes the kernel longer to say.
inline Usage usage_of(int root) {
  Usage usage = cpu_of(root);
  if (root == 0) return usage;
  const auto kibibytes = [](const std::string& text, const char* name) {
    const std::size_t at = text.find(name);
    return at == text.npos ? 0 : std::strtod(text.c_str() + at + std::char_traits<char>::length(name), nullptr);
  };
  for (const int pid : process_tree(root)) {
    const std::string folder = "/proc/" + std::to_string(pid);
    usage.rss += kibibytes(contents(folder + "/status"), "VmRSS:") * 1024;
    usage.pss += kibibytes(contents(folder + "/smaps_rollup"), "\nPss:") * 1024;
  }
  return usage;
}

}  // namespace load
