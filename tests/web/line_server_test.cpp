// SPDX-License-Identifier: MIT

#include <entmoot/core/shards.hpp>
#include <entmoot/web/line_server.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

using namespace entmoot;

namespace {

// Answers each line with itself twice, from its own shard's thread.
struct Echo {
  Shards shards{1};
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("entmoot-lines-" + std::to_string(::getpid()) + ".socket");
  std::unique_ptr<LineServer> server;

  Echo() {
    shards.start();
    on_shard([this] {
      server = std::make_unique<LineServer>(
          shards[0], [](const std::string& line, LineServer::Answer answer) { answer(line + line); });
      CHECK(server->listen(path));
    });
  }
  ~Echo() {
    on_shard([this] { server.reset(); });
    shards.stop_and_join();
  }
  template <class F>
  void on_shard(F f) {
    std::promise<void> done;
    shards[0].post([&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }
};

}  // namespace

TEST_CASE("a line is answered by a line, and only the socket's own user may open it") {
  Echo echo;
  for (const std::string line : {"a", "", "with \u00fc and spaces"})
    CHECK(ask_line(echo.path, line).value() == line + line);
  struct stat about {};
  REQUIRE(::stat(echo.path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE("a line that is too long ends its own connection and no other") {
  Echo echo;
  CHECK_FALSE(ask_line(echo.path, std::string(LineServer::line_bytes_max + 1, 'x')));
  CHECK(ask_line(echo.path, "y").value() == "yy");
}

TEST_CASE("the socket is removed with its server, and a later request fails with an error") {
  std::filesystem::path path;
  {
    Echo echo;
    path = echo.path;
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(ask_line(path, "x").error().reason == "no server listens at " + path.string());
}

TEST_CASE("the socket file of a killed server is replaced") {
  Echo first;
  Echo second;  // at the same path
  CHECK(ask_line(second.path, "z").value() == "zz");
}
