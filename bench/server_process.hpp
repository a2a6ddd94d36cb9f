// SPDX-License-Identifier: MIT

#pragma once

// The CPU time (user and system, all threads) and memory of a server process, as the kernel reports them. This works
// for any server and does not include the clients.

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace bench {

class ServerProcess {
 public:
  explicit ServerProcess(int pid) : proc_("/proc/" + std::to_string(pid)) {}

  /// The sum of all live threads. A server's threads live as long as the process.
  [[nodiscard]] double cpu_microseconds() const {
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator(proc_ + "/task")) {
      double nanoseconds = 0;
      std::ifstream(task.path() / "schedstat") >> nanoseconds;
      sum += nanoseconds / 1000;
    }
    return sum;
  }
  /// Does not include the kernel's memory for sockets.
  [[nodiscard]] double resident_kilobytes() const {
    double all = 0, resident = 0;
    std::ifstream(proc_ + "/statm") >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1000;
  }

 private:
  std::string proc_;
};

}  // namespace bench
