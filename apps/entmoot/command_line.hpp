// SPDX-License-Identifier: MIT

#pragma once

// The parsed command line: one struct for each command of `entmoot`. Parsing has no side effects; it does not print.
//
// Exit statuses: 0 on success, 1 on failure (the port is in use, a test failed, the expression threw), 2 if the command
// line is invalid.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace entmoot_app {

enum class ExitCode : int { ok = 0, failed = 1, wrong_use = 2 };

namespace command {

/// Creates a starter app.
struct New {
  std::filesystem::path folder;
};
/// Serves the app in `dir`. The options take precedence over the configuration file.
struct Serve {
  std::filesystem::path dir = ".";
  bool watch = false;  ///< Reload rooms whenever a file is saved.
  std::optional<std::uint16_t> port = {};
  std::optional<std::string> address = {};
  std::optional<std::string> data = {};
  std::string log = "info";
  std::string log_format = "text";    ///< Or "json".
  std::vector<std::string> set = {};  ///< Settings over those of the file: "limits.heap=32MB".
};
/// Prints the settings in effect, and where each comes from.
struct Config {
  std::filesystem::path dir = ".";
  std::vector<std::string> set = {};
  bool json = false;
};
/// Reports the app's errors without starting it.
struct Check {
  std::filesystem::path dir = ".";
  bool data = false;  ///< Also check that each durable room can continue in this code.
};
/// Checks the machine and the configuration.
struct Doctor {
  std::filesystem::path dir = ".";
};
/// Lists the rooms of the running server.
struct Rooms {
  std::filesystem::path dir = ".";
  bool json = false;
  bool names = false;   ///< Print topics only, one per line: for shell completion.
  bool stored = false;  ///< List the durable rooms in the data, also those that sleep, with their sizes.
};
/// Opens a prompt in the running server.
struct Console {
  std::filesystem::path dir = ".";
};
/// Evaluates an expression in a running room.
struct Eval {
  std::string topic;
  std::string expression;
  std::filesystem::path dir = ".";
};
/// Makes the running server load the app from disk again and reload its rooms.
struct Reload {
  std::filesystem::path dir = ".";
};
/// Prints the running server's metrics.
struct Metrics {
  std::filesystem::path dir = ".";
};
/// Lists the inputs of a durable room.
struct History {
  std::string topic;
  std::filesystem::path dir = ".";
  std::optional<std::string> data = {};
  bool json = false;
  std::optional<std::int64_t> last = {};  ///< Only so many; default: all.
};
/// Copies the data of durable rooms.
struct Backup {
  std::filesystem::path folder;
  std::filesystem::path dir = ".";
};
/// Replaces the data of durable rooms by a copy that `backup` has made.
struct Restore {
  std::filesystem::path folder;
  std::filesystem::path dir = ".";
  std::optional<std::string> data = {};
};
/// Prints everything that is stored of a durable room, as JSON lines.
struct Export {
  std::string topic;
  std::filesystem::path dir = ".";
  std::optional<std::string> data = {};
};
/// Deletes everything that is stored of a durable room.
struct Forget {
  std::string topic;
  std::filesystem::path dir = ".";
  std::optional<std::string> data = {};
};
/// Opens a prompt in a copy of a durable room as it was.
struct Replay {
  std::string topic;
  std::filesystem::path dir = ".";
  std::optional<std::string> data = {};
  std::optional<std::int64_t> at = {};  ///< After this input; default: after the last one.
  std::string until = {};               ///< "error": before the first input whose handler threw.
};
/// Runs all of an app's tests/*.test.ts, or one of these files.
struct Test {
  std::filesystem::path target = ".";
  std::string only = {};  ///< Run tests whose name contains this; empty: all.
};
/// Prints the completion script of a shell to standard output.
struct Completion {
  std::string shell;
};
/// Text to print: help or the version to standard output, or the error of an invalid command line to standard error.
struct Shown {
  std::string text;
  ExitCode exit_code = ExitCode::ok;
};

}  // namespace command

using Command = std::variant<command::New, command::Serve, command::Check, command::Rooms, command::Console,
                             command::Eval, command::Reload, command::Metrics, command::Config, command::Doctor,
                             command::History, command::Backup, command::Restore, command::Export, command::Forget,
                             command::Replay, command::Test, command::Completion, command::Shown>;

/// `argc` and `argv` as passed to main(): the first is the program's name.
[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

}  // namespace entmoot_app
