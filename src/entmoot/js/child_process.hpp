// SPDX-License-Identifier: MIT

#pragma once

// A program whose bytes this process has, run as a child that works for it: it takes requests and answers them through
// one socket, which is its standard input and output.
//
// The child cannot outlive its purpose. It ends with this object; if the parent dies, also by SIGKILL, the kernel kills
// it (PR_SET_PDEATHSIG), and its standard input ends. It has none of the parent's descriptors, no
// environment, all signals blocked but SIGKILL, and limits: memory, CPU time, no file may be written, no core dump.
//
// The parent is not copied to start it (clone(2) with CLONE_VM | CLONE_VFORK, as posix_spawn(3) does it), however large
// it is, and its threads go on. PR_SET_PDEATHSIG refers to the thread that starts the child: the child ends with that
// thread, so is_running() is asked before each use. One thread at a time.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/program_file.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace entmoot::js {

struct ChildLimits {
  std::size_t memory_bytes;  ///< RLIMIT_DATA
  unsigned cpu_seconds;
};

class ChildProcess {
 public:
  /// `arguments`: the program's name first.
  [[nodiscard]] static Result<ChildProcess> start(const ProgramFile& program, std::span<const std::string> arguments,
                                                  ChildLimits limits);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] bool is_running();
  [[nodiscard]] pid_t id() const noexcept { return id_; }
  /// All of `bytes`. An error with code `timeout` after the deadline, `io` if the child has ended.
  [[nodiscard]] Result<void> write(std::string_view bytes, TimePoint deadline);
  /// Exactly `size` bytes.
  [[nodiscard]] Result<std::string> read(std::size_t size, TimePoint deadline);

 private:
  ChildProcess(pid_t id, int socket) noexcept : id_(id), socket_(socket) {}
  [[nodiscard]] Result<void> wait_for(short events, TimePoint deadline) const;
  [[nodiscard]] Error ended();
  void end() noexcept;

  pid_t id_;  // 0: it has ended and is reaped, or this was moved from
  int socket_;
  int status_ = 0;  // of wait(2), once it is reaped
};

}  // namespace entmoot::js
