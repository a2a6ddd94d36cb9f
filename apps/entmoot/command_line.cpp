// SPDX-License-Identifier: MIT

#include "command_line.hpp"

#include <entmoot/base/nearest_name.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace entmoot_app {

namespace {

using namespace command;

constexpr std::string_view about =
    "A server for real-time rooms in TypeScript: each room is a supervised script with its own limits.";
constexpr std::string_view ending =
    "Getting started:\n"
    "  entmoot new my-app\n"
    "  entmoot serve my-app --watch\n"
    "\nExit status: 0 on success, 1 on failure, 2 if the command line is invalid.\n"
    "`entmoot COMMAND --help` describes a command and gives an example.";

CLI::App& subcommand(CLI::App& cli, std::string name, std::string description, std::string_view example) {
  auto& made = *cli.add_subcommand(std::move(name), std::move(description));
  made.footer(fmt::format("Example:\n  {}", example));
  return made;
}

/// Validators return an error, or an empty text.
std::string check_folder(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return {};
  return std::filesystem::exists(path, ignored) ? path + " is not a folder" : "there is no folder " + path;
}
std::string check_path(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? std::string() : "there is no file or folder " + path;
}
std::string check_port(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return "a port is a whole number from 0 to 65535, not " + text;
}

void app_folder(CLI::App& cli, std::filesystem::path& dir) {
  cli.add_option("dir", dir, "The app's folder")->check(check_folder)->capture_default_str();
}

void add_set(CLI::App& cli, std::vector<std::string>& set) {
  cli.add_option("--set", set, "A setting over that of the configuration, such as limits.heap=32MB; may be repeated")
      ->allow_extra_args(false);
}

void add_config(CLI::App& cli, command::Config& config) {
  auto& sub = subcommand(cli, "config", "Print the settings in effect, and where each comes from",
                         "entmoot config my-app --set port=8080");
  app_folder(sub, config.dir);
  add_set(sub, config.set);
  sub.add_flag("--json", config.json, "Print JSON, for programs");
}

void add_serve(CLI::App& cli, Serve& serve) {
  auto& sub = subcommand(cli, "serve", "Serve an app", "entmoot serve my-app --watch --port 8080");
  app_folder(sub, serve.dir);
  sub.add_flag("--watch", serve.watch, "Reload rooms whenever a file is saved");
  sub.add_option("--port", serve.port, "Port to listen on, overrides the configuration; 0 selects a free port")
      ->check(check_port);
  sub.add_option("--address", serve.address,
                 "Address to listen on, overrides the configuration; 0.0.0.0 accepts other machines");
  sub.add_option("--data", serve.data, "Folder of the data of durable rooms, overrides the configuration");
  add_set(sub, serve.set);
  sub.add_option("--log", serve.log, "Log level: trace, debug, info, warn, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  sub.add_option("--log-format", serve.log_format, "text, or json: one object per line, for programs")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
}

void add_test(CLI::App& cli, Test& test) {
  auto& sub = subcommand(cli, "test", "Run an app's tests/*.test.ts", "entmoot test my-app --only \"later can read\"");
  sub.add_option("target", test.target, "The app's folder, or one of its test files")
      ->check(check_path)
      ->capture_default_str();
  sub.add_option("--only", test.only, "Run only tests whose names contain this text");
}

void add_rooms(CLI::App& cli, Rooms& rooms) {
  auto& sub = subcommand(cli, "rooms", "List the rooms of the running server", "entmoot rooms my-app --json");
  app_folder(sub, rooms.dir);
  auto* json = sub.add_flag("--json", rooms.json, "Print JSON, for programs");
  auto* names = sub.add_flag("--names", rooms.names, "Print topics only, one per line")->excludes(json);
  sub.add_flag("--stored", rooms.stored, "List what is stored of durable rooms, also of those that sleep")
      ->excludes(names);
}

void add_eval(CLI::App& cli, Eval& eval) {
  auto& sub = subcommand(cli, "eval", "Evaluate an expression in a running room",
                         "entmoot eval chat:lobby 'room.clients.length' --dir my-app");
  sub.add_option("topic", eval.topic, "The room's topic")->required();
  sub.add_option("expression", eval.expression, "JavaScript, evaluated in the scope of the room's file")->required();
  sub.add_option("--dir", eval.dir, "The app's folder")->check(check_folder)->capture_default_str();
}

void add_history(CLI::App& cli, History& history) {
  auto& sub = subcommand(cli, "history", "List the inputs of a durable room", "entmoot history chat:lobby --last 20");
  sub.add_option("topic", history.topic, "The room's topic")->required();
  sub.add_option("--dir", history.dir, "The app's folder")->check(check_folder)->capture_default_str();
  sub.add_option("--data", history.data, "Folder of the data, for example a backup; overrides the configuration");
  sub.add_flag("--json", history.json, "Print JSON lines, with what each input contains");
  sub.add_option("--last", history.last, "Only the last ones, so many")->check(CLI::PositiveNumber);
}

void add_backup(CLI::App& cli, Backup& backup) {
  auto& sub = subcommand(cli, "backup", "Copy the data of durable rooms, also while the server runs",
                         "entmoot backup /var/backups/my-app");
  sub.add_option("folder", backup.folder, "The folder of the copy, which has none yet")->required();
  sub.add_option("--dir", backup.dir, "The app's folder")->check(check_folder)->capture_default_str();
}

void add_restore(CLI::App& cli, Restore& restore) {
  auto& sub = subcommand(cli, "restore", "Use a copy of the data of durable rooms again, while the server is stopped",
                         "entmoot restore /var/backups/my-app");
  sub.add_option("folder", restore.folder, "The folder of the copy")->required()->check(check_folder);
  sub.add_option("--dir", restore.dir, "The app's folder")->check(check_folder)->capture_default_str();
  sub.add_option("--data", restore.data, "Folder of the data, overrides the configuration");
}

/// A command about what is stored of one room.
template <class Stored>
void add_stored(CLI::App& cli, Stored& stored, std::string name, std::string description) {
  auto& sub = subcommand(cli, name, std::move(description), fmt::format("entmoot {} chat:lobby", name));
  sub.add_option("topic", stored.topic, "The room's topic")->required();
  sub.add_option("--dir", stored.dir, "The app's folder")->check(check_folder)->capture_default_str();
  sub.add_option("--data", stored.data, "Folder of the data, for example a backup; overrides the configuration");
}

void add_replay(CLI::App& cli, Replay& replay) {
  auto& sub = subcommand(cli, "replay", "Open a prompt in a copy of a durable room as it was",
                         "entmoot replay chat:lobby --at 1200");
  sub.add_option("topic", replay.topic, "The room's topic")->required();
  sub.add_option("--dir", replay.dir, "The app's folder")->check(check_folder)->capture_default_str();
  sub.add_option("--data", replay.data, "Folder of the data, for example a backup; overrides the configuration");
  auto* at =
      sub.add_option("--at", replay.at, "After this input (`entmoot history` lists them); default: the last one");
  sub.add_option("--until", replay.until, "\"error\": before the first input whose handler threw")
      ->check(CLI::IsMember({"error"}))
      ->excludes(at);
}

/// The text for --help, --version, or a command line that CLI11 rejects.
Shown shown(const CLI::App& cli, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    // The error of --version contains its text, that of --help does not.
    const bool is_version = error.get_name() == "CallForVersion";
    return {.text = is_version ? std::string(error.what()) + "\n" : cli.help()};
  }
  const auto chosen = cli.get_subcommands();
  if (dynamic_cast<const CLI::RequiredError*>(&error) && chosen.empty()) {
    return {.text = "entmoot: a command is required\n\n" + cli.help(), .exit_code = ExitCode::wrong_use};
  }
  const std::string name = chosen.empty() ? "entmoot" : "entmoot " + chosen.front()->get_name();
  return {.text = fmt::format("{}: {}\nSee `{} --help`.\n", name, error.what(), name),
          .exit_code = ExitCode::wrong_use};
}

std::string advice(std::string_view word, const std::vector<std::string_view>& known) {
  const auto near = entmoot::nearest_name(word, known);
  return near.empty() ? fmt::format("choose from {}", fmt::join(known, ", ")) : fmt::format("did you mean `{}`?", near);
}

/// The error for an unknown command or an unknown option. Checked before CLI11 parses the line, which would report a
/// consequence of it instead.
std::optional<Shown> mistyped(const CLI::App& cli, std::span<const char* const> words) {
  if (words.empty() || *words[0] == '-') return std::nullopt;
  const CLI::App* chosen = nullptr;
  std::vector<std::string_view> commands;
  for (const auto* sub : cli.get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(sub->get_name());
    if (sub->get_name() == words[0]) chosen = sub;
  }
  if (!chosen) {
    return Shown{.text = fmt::format("entmoot: unknown command `{}`; {}\n", words[0], advice(words[0], commands)),
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
    return Shown{.text = fmt::format("entmoot {}: unknown option `{}`; {}\n", words[0], name, advice(name, known)),
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
  Metrics metrics;
  command::Config config;
  Doctor doctor;
  History history;
  Backup backup;
  Restore restore;
  Export exported;
  Forget forget;
  Replay replay;
  Test test;
  Completion completion;

  CLI::App cli{std::string(about), "entmoot"};
  cli.set_version_flag("--version", "entmoot " ENTMOOT_VERSION, "Print the version");
  cli.set_help_flag("-h,--help", "Print this help");
  cli.footer(std::string(ending));
  cli.require_subcommand(1);

  auto& sub_new = subcommand(cli, "new", "Create a starter app: a chat", "entmoot new my-app");
  sub_new.add_option("folder", create.folder, "A folder that does not exist yet or is empty")->required();
  add_serve(cli, serve);
  auto& sub_check = subcommand(cli, "check", "Report an app's errors without starting it", "entmoot check my-app");
  app_folder(sub_check, check.dir);
  sub_check.add_flag("--data", check.data, "Check that each durable room can continue in this code; changes nothing");
  add_config(cli, config);
  app_folder(subcommand(cli, "doctor", "Check the machine and the configuration, with advice", "entmoot doctor my-app"),
             doctor.dir);
  add_test(cli, test);
  add_rooms(cli, rooms);
  app_folder(subcommand(cli, "console", "Open a prompt in the running server", "entmoot console my-app"), console.dir);
  add_eval(cli, eval);
  app_folder(subcommand(cli, "reload", "Reload the running server's rooms from disk", "entmoot reload my-app"),
             reload.dir);
  app_folder(subcommand(cli, "metrics", "Print the running server's metrics, in Prometheus's text format",
                        "entmoot metrics my-app > /var/lib/node_exporter/entmoot.prom"),
             metrics.dir);
  add_history(cli, history);
  add_backup(cli, backup);
  add_restore(cli, restore);
  add_stored(cli, exported, "export", "Print everything that is stored of a durable room, as JSON lines");
  add_stored(cli, forget, "forget", "Delete everything that is stored of a durable room");
  add_replay(cli, replay);
  subcommand(cli, "completion", "Print a shell's completion script",
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
  if (name == "metrics") return metrics;
  if (name == "config") return config;
  if (name == "doctor") return doctor;
  if (name == "history") return history;
  if (name == "backup") return backup;
  if (name == "restore") return restore;
  if (name == "export") return exported;
  if (name == "forget") return forget;
  if (name == "replay") return replay;
  return completion;
}

}  // namespace entmoot_app
