// SPDX-License-Identifier: MIT

// conformance_server: the fixture application, served, for any suite of Phoenix Channels tests.

#include "fixture.hpp"

#include <entmoot/base/log.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

#include <pthread.h>

int main(int argc, char** argv) {
  std::uint16_t port = 4000;
  std::string level = "off";  // the suite crashes hundreds of channels
  CLI::App cli{"A server for conformance tests of the Phoenix Channels protocol."};
  cli.add_option("--port", port, "Port to listen on; 0: any free port")->capture_default_str();
  cli.add_option("--log", level, "trace, debug, info, warn, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  CLI11_PARSE(cli, argc, argv);
  entmoot::log::start(level);
  std::signal(SIGPIPE, SIG_IGN);

  sigset_t ends{};
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are other threads: one waits for them below

  conformance::Fixture fixture(port);
  if (auto started = fixture.start(); !started) {
    fmt::print(stderr, "{}\n", started.error().reason);
    return 1;
  }
  fmt::print("Conformance fixture: http://localhost:{}  (Ctrl-C ends it)\n", fixture.port());
  std::fflush(stdout);

  int signal = 0;
  sigwait(&ends, &signal);
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);  // a second one ends the process at once
  fixture.stop(std::chrono::seconds(3));
  return 0;
}
