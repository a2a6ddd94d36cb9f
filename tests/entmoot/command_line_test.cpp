// SPDX-License-Identifier: MIT

#include "entmoot/command_line.hpp"

#include "entmoot/colour.hpp"
#include "entmoot/completion.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using namespace entmoot_app;

namespace {

Command parse(std::initializer_list<const char*> words) {
  std::vector<const char*> argv = {"entmoot"};
  argv.insert(argv.end(), words);
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

template <class Chosen>
Chosen get(std::initializer_list<const char*> words) {
  const auto parsed = parse(words);
  const auto* shown = std::get_if<command::Shown>(&parsed);
  const auto* chosen = std::get_if<Chosen>(&parsed);
  REQUIRE_MESSAGE(chosen, (shown ? shown->text : "another command"));
  return *chosen;
}

constexpr const char* commands[] = {"new",     "serve",   "check",  "config",  "doctor",  "test",
                                    "rooms",   "console", "eval",   "metrics", "history", "backup",
                                    "restore", "export",  "forget", "replay",  "reload",  "completion"};

}  // namespace

TEST_CASE("each command is parsed into its struct") {
  CHECK(get<command::New>({"new", "my-app"}).folder == "my-app");
  CHECK(get<command::Check>({"check", "/tmp"}).dir == "/tmp");
  CHECK(get<command::Test>({"test"}).target == ".");
  CHECK(get<command::Rooms>({"rooms", "--json"}).json);
  CHECK(get<command::Rooms>({"rooms", "/tmp", "--names"}).names);
  CHECK(get<command::Console>({"console"}).dir == ".");
  CHECK(get<command::Reload>({"reload", "/tmp"}).dir == "/tmp");
  CHECK(get<command::Config>({"config", "/tmp", "--set", "port=1", "--set", "a=b", "--json"}).set ==
        std::vector<std::string>{"port=1", "a=b"});
  CHECK(get<command::Serve>({"serve", "--set", "port=1", "/tmp"}).set == std::vector<std::string>{"port=1"});
  CHECK(get<command::Doctor>({"doctor", "/tmp"}).dir == "/tmp");
  CHECK(get<command::Metrics>({"metrics", "/tmp"}).dir == "/tmp");
  CHECK(get<command::Completion>({"completion", "zsh"}).shell == "zsh");
}

TEST_CASE("options that serve is not given are left to the configuration") {
  const auto plain = get<command::Serve>({"serve"});
  CHECK(plain.dir == ".");
  CHECK_FALSE(plain.watch);
  CHECK_FALSE(plain.port.has_value());
  CHECK_FALSE(plain.address.has_value());
  CHECK(plain.log == "info");

  const auto given =
      get<command::Serve>({"serve", "/tmp", "--watch", "--port", "0", "--address", "::", "--log", "debug"});
  CHECK(given.dir == "/tmp");
  CHECK(given.watch);
  CHECK(given.port == 0);
  CHECK(given.address == "::");
  CHECK(given.log == "debug");
}

TEST_CASE("an expression is one argument, whatever characters it contains") {
  const auto eval = get<command::Eval>({"eval", "chat:lobby", "room.clients.map(c => c.id)", "--dir", "/tmp"});
  CHECK(eval.topic == "chat:lobby");
  CHECK(eval.expression == "room.clients.map(c => c.id)");
  CHECK(eval.dir == "/tmp");
  CHECK(get<command::Eval>({"eval", "chat:lobby", "--", "-1"}).expression == "-1");
}

TEST_CASE("an invalid command line exits with 2 and an explanation") {
  const struct {
    std::initializer_list<const char*> words;
    std::string_view says;
  } rows[] = {
      {{}, "a command is required"},
      {{"srve"}, "unknown command `srve`; did you mean `serve`?"},
      {{"dance"}, "unknown command `dance`; choose from new, serve"},
      {{"new"}, "folder is required"},
      {{"serve", "--port", "x"}, "--port: a port is a whole number from 0 to 65535, not x"},
      {{"serve", "--port", "70000"}, "--port"},
      {{"serve", "--prot", "1"}, "unknown option `--prot`; did you mean `--port`?"},
      {{"serve", "/nowhere/at/all"}, "/nowhere/at/all"},
      {{"serve", "--log", "loud"}, "loud"},
      {{"rooms", "--json", "--names"}, "excludes"},
      {{"eval", "chat:lobby"}, "expression is required"},
      {{"completion", "fish"}, "fish"},
  };
  for (const auto& [words, says] : rows) {
    const auto shown = get<command::Shown>(words);
    CHECK(shown.exit_code == ExitCode::wrong_use);
    CHECK_MESSAGE(shown.text.find(says) != std::string::npos, shown.text);
    CHECK(shown.text.ends_with('\n'));
  }
}

TEST_CASE("the help of each command has an example and exits with 0") {
  for (const char* name : commands) {
    const auto help = get<command::Shown>({name, "--help"});
    CHECK(help.exit_code == ExitCode::ok);
    CHECK_MESSAGE(help.text.find(std::string("Example:\n  entmoot ") + name) != std::string::npos, help.text);
    CHECK_MESSAGE(help.text.find(std::string("Usage: entmoot ") + name) != std::string::npos, help.text);
    CHECK(get<command::Shown>({"--help"}).text.find(std::string("\n  ") + name) != std::string::npos);
  }
  CHECK(get<command::Shown>({"--version"}).text.starts_with("entmoot "));
  CHECK(get<command::Shown>({"--version"}).exit_code == ExitCode::ok);
}

TEST_CASE("the completion scripts contain every command and option") {
  for (const char* shell : {"bash", "zsh"}) {
    const auto script = completion_script(shell);
    for (const char* name : commands) {
      CHECK(script.find(name) != std::string_view::npos);
      const std::string help = get<command::Shown>({name, "--help"}).text;
      for (auto at = help.find("--"); at != std::string::npos; at = help.find("--", at + 2)) {
        const std::string option = help.substr(at, help.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at) - at);
        CHECK_MESSAGE(script.find(option) != std::string_view::npos, option);
      }
    }
    CHECK(script.find("entmoot rooms") != std::string_view::npos);
  }
  CHECK(completion_script("fish").empty());
}

TEST_CASE("output is coloured only on a terminal that supports it and without NO_COLOR") {
  CHECK(Colours::wanted(true, nullptr, "xterm-256color"));
  CHECK(Colours::wanted(true, "", "xterm"));
  CHECK_FALSE(Colours::wanted(true, "1", "xterm"));
  CHECK_FALSE(Colours::wanted(true, nullptr, "dumb"));
  CHECK_FALSE(Colours::wanted(true, nullptr, nullptr));
  CHECK_FALSE(Colours::wanted(false, nullptr, "xterm"));
  CHECK(Colours(false).red("x") == "x");
  CHECK(Colours(true).red("x") == "\x1b[31mx\x1b[0m");
}
