// SPDX-License-Identifier: MIT

// conformance_server: serves the fixture application to suites of Phoenix Channels tests.

#include "fixture.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/node/signals.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  std::uint16_t port = 4000;
  std::string level = "off";  // the suite crashes hundreds of channels
  CLI::App cli{"A server for conformance tests of the Phoenix Channels protocol."};
  cli.add_option("--port", port, "Port to listen on; 0 selects a free port")->capture_default_str();
  cli.add_option("--log", level, "trace, debug, info, warn, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  CLI11_PARSE(cli, argc, argv);
  entmoot::log::start(level);
  std::signal(SIGPIPE, SIG_IGN);

  const entmoot::Signals signals{SIGTERM, SIGINT};
  conformance::Fixture fixture(port);
  if (auto started = fixture.start(); !started) {
    fmt::print(stderr, "{}\n", started.error().reason);
    return 1;
  }
  fmt::print("Listening on http://localhost:{} (Ctrl-C to stop)\n", fixture.port());
  std::fflush(stdout);
  (void)signals.wait();
  signals.unblock();
  fixture.stop(std::chrono::seconds(3));
  return 0;
}
