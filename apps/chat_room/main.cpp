// SPDX-License-Identifier: MIT

// chat_room: the chat, served.

#include "chat_room.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/log.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include <pthread.h>

std::span<const entmoot::EmbeddedFile> chat_room_script();  // cmake/embed.cmake

namespace {

// What a client may take to read its last bytes; the whole stop stays under five seconds.
constexpr auto patience = std::chrono::seconds(3);

/// Blocks the signals that end a server, for all threads that are started later, and waits for one of them.
class Termination {
 public:
  Termination() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  void wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
  }
  /// From now on a signal ends the process at once.
  void stop_waiting() const { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

 private:
  sigset_t signals_{};
};

entmoot::Result<entmoot::Program> load(const std::string& path) {
  if (path.empty()) {
    const auto& built_in = chat_room_script().front();
    return entmoot::Program::load(std::string(built_in.name), built_in.bytes);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return entmoot::fail(entmoot::ErrorCode::io, "cannot read " + path);
  const std::string source((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return entmoot::Program::load(path.substr(path.rfind('/') + 1), source);
}

}  // namespace

int main(int argc, char** argv) {
  chat_room::Options options;
  std::string script;
  std::string level = "info";
  CLI::App cli{"A chat whose rooms are supervised JavaScript runtimes."};
  cli.add_option("--port", options.port, "Port to listen on; 0 takes any free one")->capture_default_str();
  cli.add_option("--address", options.address, "Address to listen on; 0.0.0.0 lets others in")->capture_default_str();
  cli.add_option("--shards", options.shards, "Threads; 0 is one per core")
      ->capture_default_str()
      ->check(CLI::Range(0, 48));
  cli.add_flag("--compress", options.compress, "Compress messages to clients that offer it (see SECURITY.md)");
  cli.add_option("--script", script, "What the rooms run instead of the built-in chat-room.ts")
      ->check(CLI::ExistingFile);
  cli.add_option("--log", level, "trace, debug, info, warn, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  CLI11_PARSE(cli, argc, argv);
  entmoot::log::start(level);
  std::signal(SIGPIPE, SIG_IGN);  // a client that is gone is an error of its write, not the end of the server

  auto program = load(script);
  if (!program) {
    entmoot::log::error("{}", program.error().reason);
    return 1;
  }
  const Termination termination;
  chat_room::ChatRoom app(options, *program);
  if (auto started = app.start(); !started) {
    entmoot::log::error("{}", started.error().reason);
    return 1;
  }
  fmt::print("The moot is open: http://localhost:{}  (Ctrl-C ends it)\n", app.port());
  std::fflush(stdout);
  termination.wait();
  entmoot::log::info("closing: clients are told to come back");
  termination.stop_waiting();
  app.stop(patience);
  return 0;
}
