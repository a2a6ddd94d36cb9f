// SPDX-License-Identifier: MIT

#include "command_line.hpp"

#include <entmoot/base/nearest_name.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot_app {

namespace {

using namespace command;

constexpr std::string_view about =
    "Rooms in TypeScript: each a live, limited, supervised script that talks to everybody in it.";
constexpr std::string_view ending =
    "To begin:\n"
    "  entmoot new my-app\n"
    "  entmoot serve my-app --watch\n"
    "\nEnds with 0 if it worked, 1 if it did not, 2 if the command line makes no sense.\n"
    "`entmoot COMMAND --help` says more, with an example.";

CLI::App& subcommand(CLI::App& cli, std::string name, std::string description, std::string_view example) {
  auto& made = *cli.add_subcommand(std::move(name), std::move(description));
  made.footer(fmt::format("Example:\n  {}", example));
  return made;
}

void app_folder(CLI::App& cli, std::filesystem::path& dir) {
  cli.add_option("dir", dir, "The app's folder")->check(CLI::ExistingDirectory)->capture_default_str();
}

void add_serve(CLI::App& cli, Serve& serve) {
  auto& sub = subcommand(cli, "serve", "Serve an app", "entmoot serve my-app --watch --port 8080");
  app_folder(sub, serve.dir);
  sub.add_flag("--watch", serve.watch, "Let rooms go on in new code as soon as a file is saved");
  sub.add_option("--port", serve.port, "Port to listen on, before the configuration's; 0 takes any free one");
  sub.add_option("--address", serve.address,
                 "Address to listen on, before the configuration's; 0.0.0.0 lets others in");
  sub.add_option("--log", serve.log, "trace, debug, info, warn, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
}

void add_test(CLI::App& cli, Test& test) {
  auto& sub = subcommand(cli, "test", "Run an app's tests/*.test.ts", "entmoot test my-app --only \"later can read\"");
  sub.add_option("target", test.target, "The app's folder, or one of its tests' files")
      ->check(CLI::ExistingPath)
      ->capture_default_str();
  sub.add_option("--only", test.only, "Only tests with this text in their names");
}

void add_rooms(CLI::App& cli, Rooms& rooms) {
  auto& sub = subcommand(cli, "rooms", "List the rooms of the running server", "entmoot rooms my-app --json");
  app_folder(sub, rooms.dir);
  auto* json = sub.add_flag("--json", rooms.json, "As JSON, for programs");
  sub.add_flag("--names", rooms.names, "Topics alone, one a line")->excludes(json);
}

void add_eval(CLI::App& cli, Eval& eval) {
  auto& sub = subcommand(cli, "eval", "Evaluate an expression in a live room",
                         "entmoot eval chat:lobby 'room.clients.length' --dir my-app");
  sub.add_option("topic", eval.topic, "The room's topic")->required();
  sub.add_option("expression", eval.expression, "JavaScript, which sees what the room's file sees")->required();
  sub.add_option("--dir", eval.dir, "The app's folder")->check(CLI::ExistingDirectory)->capture_default_str();
}

/// What CLI11 answers to --help and to a line that makes no sense.
Shown shown(const CLI::App& cli, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    // --version brings its text along, --help does not.
    const bool is_version = error.get_name() == "CallForVersion";
    return {.text = is_version ? std::string(error.what()) + "\n" : cli.help()};
  }
  const auto chosen = cli.get_subcommands();
  const std::string name = chosen.empty() ? "entmoot" : "entmoot " + chosen.front()->get_name();
  return {.text = fmt::format("{}: {}\n`{} --help` says what it may be.\n", name, error.what(), name),
          .exit_code = ExitCode::wrong_use};
}

std::string advice(std::string_view word, const std::vector<std::string_view>& known) {
  const auto near = entmoot::nearest_name(word, known);
  return near.empty() ? fmt::format("there are {}", fmt::join(known, ", ")) : fmt::format("did you mean `{}`?", near);
}

/// A first word that is no command, or an option that its command does not know: said before the parser, which would
/// complain about what follows from it.
std::optional<Shown> mistyped(const CLI::App& cli, std::span<const char* const> words) {
  if (words.empty() || *words[0] == '-') return std::nullopt;
  const CLI::App* chosen = nullptr;
  std::vector<std::string_view> commands;
  for (const auto* sub : cli.get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(sub->get_name());
    if (sub->get_name() == words[0]) chosen = sub;
  }
  if (!chosen) {
    return Shown{.text = fmt::format("entmoot: `{}` is no command; {}\n", words[0], advice(words[0], commands)),
                 .exit_code = ExitCode::wrong_use};
  }
  std::vector<std::string> options;
  for (const auto* option : chosen->get_options()) {
    for (const auto& name : option->get_lnames()) options.push_back("--" + name);
  }
  const std::vector<std::string_view> known(options.begin(), options.end());
  for (const std::string_view word : words.subspan(1)) {
    if (word == "--") break;
    const auto name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::ranges::find(known, name) != known.end()) continue;
    return Shown{.text = fmt::format("entmoot {}: `{}` is no option; {}\n", words[0], name, advice(name, known)),
                 .exit_code = ExitCode::wrong_use};
  }
  return std::nullopt;
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  New create;
  Serve serve;
  Check check;
  Rooms rooms;
  Console console;
  Eval eval;
  Reload reload;
  Test test;
  Completion completion;

  CLI::App cli{std::string(about), "entmoot"};
  cli.set_version_flag("--version", "entmoot " ENTMOOT_VERSION, "Say which version this is");
  cli.set_help_flag("-h,--help", "Say what there is");
  cli.footer(std::string(ending));
  cli.require_subcommand(1);

  auto& sub_new = subcommand(cli, "new", "Make an app to start from: a chat", "entmoot new my-app");
  sub_new.add_option("folder", create.folder, "A folder that is not there yet, or empty")->required();
  add_serve(cli, serve);
  app_folder(subcommand(cli, "check", "Say what is wrong with an app, and start nothing", "entmoot check my-app"),
             check.dir);
  add_test(cli, test);
  add_rooms(cli, rooms);
  app_folder(subcommand(cli, "console", "Open a prompt in the running server", "entmoot console my-app"), console.dir);
  add_eval(cli, eval);
  app_folder(subcommand(cli, "reload", "Let the running server's rooms go on in the code on the disk",
                        "entmoot reload my-app"),
             reload.dir);
  subcommand(cli, "completion", "Print what a shell needs to complete this command's words",
             "entmoot completion bash > ~/.local/share/bash-completion/completions/entmoot")
      .add_option("shell", completion.shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));

  const std::span words(argv, static_cast<std::size_t>(argc));
  if (auto wrong = mistyped(cli, words.subspan(1))) return *std::move(wrong);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return shown(cli, error);
  }
  const std::string& name = cli.get_subcommands().front()->get_name();
  if (name == "new") return create;
  if (name == "serve") return serve;
  if (name == "check") return check;
  if (name == "test") return test;
  if (name == "rooms") return rooms;
  if (name == "console") return console;
  if (name == "eval") return eval;
  if (name == "reload") return reload;
  return completion;
}

}  // namespace entmoot_app
