// SPDX-License-Identifier: MIT

// chat_room: the command line of the chat server.

#include "chat_room.hpp"

#include <entmoot/base/descriptor_table.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/standard_streams.hpp>
#include <entmoot/node/signals.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

std::span<const entmoot::EmbeddedFile> chat_room_script();  // cmake/embed.cmake

namespace {

// How long clients have to read their last bytes; the whole shutdown takes less than five seconds.
constexpr auto drain_timeout = std::chrono::seconds(3);

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
  entmoot::open_standard_streams();
  entmoot::reserve_descriptor_table();
  chat_room::Options options;
  std::string script;
  std::string level = "info";
  CLI::App cli{"A chat whose rooms are supervised JavaScript runtimes."};
  cli.add_option("--port", options.port, "Port to listen on; 0 selects a free port")->capture_default_str();
  cli.add_option("--address", options.address, "Address to listen on; 0.0.0.0 accepts other machines")
      ->capture_default_str();
  cli.add_option("--host", options.hosts,
                 "Public name of the server, if a proxy passes it on as Host; may be repeated");
  cli.add_option("--shards", options.shards, "Number of threads; 0 means one per core")
      ->capture_default_str()
      ->check(CLI::Range(0, 48));
  cli.add_flag("--compress", options.compress, "Compress messages to clients that offer it (see SECURITY.md)");
  cli.add_option("--script", script, "Script that the rooms run instead of the built-in chat-room.ts")
      ->check(CLI::ExistingFile);
  cli.add_option("--log", level, "trace, debug, info, warn, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  CLI11_PARSE(cli, argc, argv);
  entmoot::log::start(level);
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed connection is an error of that write

  auto program = load(script);
  if (!program) {
    entmoot::log::error("{}", program.error().reason);
    return 1;
  }
  const entmoot::Signals signals{SIGTERM, SIGINT};
  chat_room::ChatRoom app(options, *program);
  if (auto started = app.start(); !started) {
    entmoot::log::error("{}", started.error().reason);
    return 1;
  }
  fmt::print("Listening on http://localhost:{} (Ctrl-C to stop)\n", app.port());
  std::fflush(stdout);
  (void)signals.wait();
  entmoot::log::info("shutting down: asking clients to reconnect");
  signals.unblock();
  app.stop(drain_timeout);
  return 0;
}
