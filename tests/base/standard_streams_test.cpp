// SPDX-License-Identifier: MIT

#include <entmoot/base/standard_streams.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_CASE("standard streams that are closed at the start do not become something else") {
  for (int closed = 0; closed < 8; ++closed) {
    CAPTURE(closed);
    const pid_t child = fork();
    if (child == 0) {
      for (int stream = 0; stream <= 2; ++stream) {
        if (closed & 1 << stream) close(stream);
      }
      entmoot::open_standard_streams();
      const int next = open("/dev/null", O_RDONLY);
      const bool all = fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
      _exit(all && next > 2 && write(2, "", 0) == 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}
