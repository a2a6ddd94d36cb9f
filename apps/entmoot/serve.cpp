// SPDX-License-Identifier: MIT

#include "serve.hpp"

#include "complain.hpp"
#include "server/app_loader.hpp"
#include "server/server.hpp"

#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <pthread.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

// What a client may take to read its last bytes; the whole stop stays under five seconds.
constexpr auto patience = std::chrono::seconds(3);

/// Blocks the signals that are for the server, for all threads that are started later, and waits for one of them.
class Signals {
 public:
  Signals() {
    sigemptyset(&signals_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  [[nodiscard]] int wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
    return signal;
  }
  /// From now on a signal ends the process at once.
  void stop_waiting() const { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

 private:
  sigset_t signals_{};
};

/// The mistakes of an app, coloured where it is a terminal.
ExitCode complain_of(const std::string& mistakes) {
  const auto colours = Colours::of(STDERR_FILENO);
  std::size_t count = 0;
  for (std::size_t at = 0; at < mistakes.size(); ++count) {
    const auto end = std::min(mistakes.find('\n', at), mistakes.size());
    fmt::print(stderr, "{}\n", mistakes.substr(at, end - at));
    at = end + 1;
  }
  fmt::print(stderr, "{}\n", colours.red(count == 1 ? "1 mistake" : fmt::format("{} mistakes", count)));
  return ExitCode::failed;
}

}  // namespace

ExitCode serve_app(const command::Serve& serve) {
  log::start(serve.log);
  std::signal(SIGPIPE, SIG_IGN);  // a client that is gone is an error of its write, not the end of the server
  auto loader = std::make_unique<AppLoader>(
      serve.dir, AppLoader::Options{.develops = serve.watch, .port = serve.port, .address = serve.address});
  auto app = loader->load();
  if (!app) return complain_of(app.error().reason);
  for (const auto& warning : warnings_of(**app)) log::warn("{}", warning);

  const Signals signals;
  Server server(*app, std::move(loader), serve.watch);
  if (auto started = server.start(); !started) return complain(started.error().reason);
  fmt::print("The moot is open: http://localhost:{}  (Ctrl-C ends it)\n", server.port());
  std::fflush(stdout);
  for (;;) {
    if (signals.wait() != SIGHUP) break;
    server.reload(ReplyTo());
  }
  log::info("closing: clients are told to come back");
  signals.stop_waiting();
  server.stop(patience);
  return ExitCode::ok;
}

ExitCode check_app(const command::Check& check) {
  log::start("off");
  AppLoader loader(check.dir);
  const auto app = loader.load();
  if (!app) return complain_of(app.error().reason);
  const auto colours = Colours::of(STDOUT_FILENO);
  for (const auto& warning : warnings_of(**app)) fmt::print("{} {}\n", colours.yellow("warning:"), warning);
  for (const auto& route : (*app)->routes().routes) {
    fmt::print("{}  serves {}{}\n", route->file, colours.bold(route->pattern),
               route->path.empty() ? "" : fmt::format(" and {}", colours.bold(route->path)));
  }
  fmt::print("{}\n", colours.green("all is well"));
  return ExitCode::ok;
}

}  // namespace entmoot_app
