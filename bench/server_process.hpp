// SPDX-License-Identifier: MIT

#pragma once

// The server, seen from outside: what the kernel says of its CPU time (user and system, all threads, in nanoseconds)
// and memory. So any server can be measured, and nothing of the clients is counted.

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace bench {

class ServerProcess {
 public:
  explicit ServerProcess(int pid) : proc_("/proc/" + std::to_string(pid)) {}

  /// Of the threads that are alive; those of a server are.
  [[nodiscard]] double cpu_microseconds() const {
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator(proc_ + "/task")) {
      double nanoseconds = 0;
      std::ifstream(task.path() / "schedstat") >> nanoseconds;
      sum += nanoseconds / 1000;
    }
    return sum;
  }
  /// Without what the kernel keeps for its sockets.
  [[nodiscard]] double resident_kilobytes() const {
    double all = 0, resident = 0;
    std::ifstream(proc_ + "/statm") >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1000;
  }

 private:
  std::string proc_;
};

}  // namespace bench
