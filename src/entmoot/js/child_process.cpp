// SPDX-License-Identifier: MIT

#include <entmoot/js/child_process.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc's clone(2) under the name that sanitizers do not intercept: they would take it for a fork of a process with
// threads, after which ThreadSanitizer lets no thread start.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);

namespace entmoot::js {

namespace {

Error failed(std::string_view what) {
  return fail(ErrorCode::io, fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

/// What the child needs between clone(2) and exec, prepared by the parent.
struct Start {
  const char* program;
  int socket;
  int nowhere;  // /dev/null, for its standard error
  pid_t parent;
  ChildLimits limits;
  char* const* arguments;
  int error;  // written by the child
};

// In the child, in the parent's memory, while the parent's thread waits: system calls only, and those directly, because
// sanitizers keep books of the parent in the functions of libc. All signals stay blocked: Ctrl-C is for the parent.
__attribute__((no_sanitize("address", "thread", "undefined"))) int run_program(void* start_pointer) {
  auto* start = static_cast<Start*>(start_pointer);
  const rlimit none = {0, 0};
  const rlimit memory = {start->limits.memory_bytes, start->limits.memory_bytes};
  const rlimit time = {start->limits.cpu_seconds, start->limits.cpu_seconds};
  const bool ready = ::syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) == 0 && ::syscall(SYS_getppid) == start->parent &&
                     ::syscall(SYS_dup3, start->socket, STDIN_FILENO, 0) >= 0 &&
                     ::syscall(SYS_dup3, start->socket, STDOUT_FILENO, 0) >= 0 &&
                     ::syscall(SYS_dup3, start->nowhere, STDERR_FILENO, 0) >= 0 &&
                     ::syscall(SYS_prlimit64, 0, RLIMIT_DATA, &memory, nullptr) == 0 &&
                     ::syscall(SYS_prlimit64, 0, RLIMIT_CPU, &time, nullptr) == 0 &&
                     ::syscall(SYS_prlimit64, 0, RLIMIT_CORE, &none, nullptr) == 0 &&
                     ::syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, &none, nullptr) == 0;
  if (ready) {
    // Whatever else is open, also what a library has opened without close-on-exec. Linux 5.11; without it, all of ours
    // are.
    ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    char* const environment[] = {nullptr};
    ::syscall(SYS_execve, start->program, start->arguments, environment);
  }
  start->error = errno == 0 ? ECHILD : errno;
  ::syscall(SYS_exit_group, 127);
  return 0;
}

/// A descriptor that is closed at the end of the scope.
class Held {
 public:
  explicit Held(int descriptor) noexcept : descriptor_(descriptor) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

}  // namespace

Result<ChildProcess> ChildProcess::start(const ProgramFile& program, std::span<const std::string> arguments,
                                         ChildLimits limits) {
  std::array<int, 2> sockets = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) return failed("no socket");
  Held ours(sockets[0]);
  const Held theirs(sockets[1]);
  const Held nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (nowhere.get() < 0) return failed("/dev/null");

  std::vector<std::string> texts(arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  // By its descriptor's name: execveat(2) would do without /proc, but valgrind does not know it for a file in memory.
  const std::string path = fmt::format("/proc/self/fd/{}", program.descriptor());
  Start start = {path.c_str(), theirs.get(), nowhere.get(), ::getpid(), limits, pointers.data(), 0};

  constexpr std::size_t stack_bytes = std::size_t{64} * 1024;
  const auto stack = std::make_unique<std::byte[]>(stack_bytes);
  // No handler of the parent may run in the child, which shares its memory.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  const pid_t id = ::__clone(&run_program, stack.get() + stack_bytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  const int cause = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = cause;
  if (id < 0) return failed("no process");
  if (start.error != 0) {
    ::waitpid(id, nullptr, 0);
    errno = start.error;
    return failed("a program cannot be run");
  }
  return ChildProcess(id, ours.release());
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, 0)), socket_(std::exchange(other.socket_, -1)), status_(other.status_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(socket_, other.socket_);
  std::swap(status_, other.status_);
  return *this;
}

ChildProcess::~ChildProcess() { end(); }

void ChildProcess::end() noexcept {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  if (id_ == 0) return;
  ::kill(id_, SIGKILL);
  while (::waitpid(id_, &status_, 0) < 0 && errno == EINTR) {
  }
  id_ = 0;
}

bool ChildProcess::is_running() {
  if (id_ != 0 && ::waitpid(id_, &status_, WNOHANG) != 0) id_ = 0;
  return id_ != 0;
}

Error ChildProcess::ended() {
  // It has closed its socket, so it has ended or is about to.
  if (id_ != 0) {
    while (::waitpid(id_, &status_, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
  }
  return fail(ErrorCode::io, WIFSIGNALED(status_) ? fmt::format("it was ended by signal {}", WTERMSIG(status_))
                                                  : fmt::format("it ended with code {}", WEXITSTATUS(status_)));
}

Result<void> ChildProcess::wait_for(short events, TimePoint deadline) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock().now()).count();
    if (left <= 0) return fail(ErrorCode::timeout, "it did not answer in time");
    pollfd waited = {socket_, events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(left));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed("poll");
  }
}

Result<void> ChildProcess::write(std::string_view bytes, TimePoint deadline) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EINTR) {
      if (auto ready = wait_for(POLLOUT, deadline); !ready) return ready;
    } else {
      return ended();
    }
  }
  return {};
}

Result<std::string> ChildProcess::read(std::size_t size, TimePoint deadline) {
  std::string bytes(size, '\0');
  for (std::size_t have = 0; have < size;) {
    const auto got = ::recv(socket_, bytes.data() + have, size - have, MSG_DONTWAIT);
    if (got > 0) {
      have += static_cast<std::size_t>(got);
    } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      if (auto ready = wait_for(POLLIN, deadline); !ready) return ready.error();
    } else {
      return ended();
    }
  }
  return bytes;
}

}  // namespace entmoot::js
