// SPDX-License-Identifier: MIT

#include "folder.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/js/child_process.hpp>
#include <entmoot/js/program_file.hpp>
#include <entmoot/js/typescript_compiler.hpp>

#include <zstd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace entmoot;
using namespace entmoot::js;

namespace {

constexpr ChildLimits limits = {.memory_bytes = std::size_t{64} << 20, .cpu_seconds = 10};

std::string packed(const char* program) {
  std::ifstream in(program, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
  return out;
}

ChildProcess start(const char* program, std::vector<std::string> arguments) {
  const auto file = ProgramFile::unpack(packed(program));
  REQUIRE_MESSAGE(file.has_value(), file.error().reason);
  auto child = ChildProcess::start(*file, arguments, limits);
  REQUIRE_MESSAGE(child.has_value(), child.error().reason);
  return *std::move(child);
}

TimePoint soon() { return SteadyClock().now() + std::chrono::seconds(60); }

/// Returns when the process has ended, whoever its parent is.
void wait_for_end_of(int process_descriptor) {
  pollfd waited = {process_descriptor, POLLIN, 0};
  CHECK(::poll(&waited, 1, 60'000) == 1);
}

}  // namespace

TEST_CASE("a child answers through its socket, and has nothing else of its parent") {
  auto cat = start("/bin/cat", {"cat"});
  CHECK(cat.write("hello", soon()).has_value());
  CHECK(*cat.read(5, soon()) == "hello");
  CHECK(cat.is_running());

  const int inherited = ::open("/dev/null", O_RDONLY);  // without close-on-exec
  auto list = start("/bin/ls", {"ls", "-m", "/proc/self/fd"});
  CHECK(*list.read(11, soon()) == "0, 1, 2, 3\n");  // 3 is the folder itself
  ::close(inherited);
  ::setenv("ENTMOOT_SECRET", "1", 1);
  auto environment = start("/usr/bin/env", {"env"});
  CHECK(environment.read(1, soon()).error().reason == "it ended with code 0");
}

TEST_CASE("a child that does not answer in time, has ended, or uses too much memory is an error") {
  auto cat = start("/bin/cat", {"cat"});
  CHECK(cat.read(1, SteadyClock().now()).error().code == ErrorCode::timeout);
  ::kill(cat.id(), SIGKILL);
  CHECK(cat.read(1, soon()).error().reason == "it was ended by signal 9");
  CHECK_FALSE(cat.is_running());
  CHECK(cat.write("x", soon()).error().code == ErrorCode::io);
  CHECK(start("/bin/false", {"false"}).read(1, soon()).error().reason == "it ended with code 1");
  auto hungry = start("/usr/bin/perl", {"perl", "-e", "$x = 'x' x 200_000_000; print 'y'; <STDIN>;"});
  CHECK(hungry.read(1, soon()).error().reason.starts_with("it ended with code 1"));
}

TEST_CASE("a child is gone with its object, and with its parent that was killed") {
  pid_t id = 0;
  int process = -1;
  {
    auto cat = start("/bin/cat", {"cat"});
    id = cat.id();
    process = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
    REQUIRE(process >= 0);
  }
  wait_for_end_of(process);
  ::close(process);

  // A process in between, which starts one and is killed. The one ignores the end of its input.
  std::array<int, 2> pair = {};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  const pid_t between = ::fork();
  REQUIRE(between >= 0);
  if (between == 0) {
    auto sleeps = start("/bin/sleep", {"sleep", "1000"});
    const pid_t started = sleeps.id();
    if (::write(pair[1], &started, sizeof started) != sizeof started) ::_exit(1);
    for (;;) ::pause();
  }
  REQUIRE(::read(pair[0], &id, sizeof id) == sizeof id);
  process = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
  REQUIRE(process >= 0);
  ::kill(between, SIGKILL);
  ::waitpid(between, nullptr, 0);
  wait_for_end_of(process);
  for (const int descriptor : {process, pair[0], pair[1]}) ::close(descriptor);
}

TEST_CASE("where programs cannot run in memory, they run from a file without a name") {
  const Folder folder;
  const auto file = ProgramFile::unpack_to(folder.path(), packed("/bin/cat"));
  REQUIRE_MESSAGE(file.has_value(), file.error().reason);
  CHECK(std::filesystem::is_empty(folder.path()));
  const std::array<std::string, 1> arguments = {"cat"};
  auto cat = ChildProcess::start(*file, arguments, limits);
  REQUIRE_MESSAGE(cat.has_value(), cat.error().reason);
  CHECK(cat->write("x", soon()).has_value());
  CHECK(*cat->read(1, soon()) == "x");
  CHECK(ProgramFile::unpack_to("/absent", packed("/bin/cat")).error().reason == "/absent: No such file or directory");
  const auto text = ProgramFile::unpack(packed("/etc/passwd"));
  REQUIRE(text.has_value());
  CHECK(ChildProcess::start(*text, arguments, limits).error().reason == "a program cannot be run: Exec format error");
}

TEST_CASE("the compiler survives the end of its process, and starts it again") {
  TypeScriptCompiler compiler;
  CHECK(compiler.compile({.name = "a.ts", .text = "let a: 1;"})->code == "let a;\n");
  compiler.rest();
  CHECK(compiler.compile({.name = "a.ts", .text = "let b: 1;"})->code == "let b;\n");
  // Nested too deeply for any compiler: an answer or an error, and the next file is compiled.
  const std::string deep = "export const a = " + std::string(3'000'000, '(');
  CHECK_FALSE(compiler.compile({.name = "deep.ts", .text = deep}).has_value());
  CHECK(compiler.compile({.name = "a.ts", .text = "let c: 1;"})->code == "let c;\n");
}
