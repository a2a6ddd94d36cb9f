// SPDX-License-Identifier: MIT

#pragma once

// What was typed, as a value: one struct for each thing that `entmoot` can be told to do. Nothing is done here, not
// even printing.
//
// The program ends with 0 if it did what it was asked, with 1 if that did not work (the port is taken, a test failed,
// the expression threw), and with 2 if the command line makes no sense.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace entmoot_app {

enum class ExitCode : int { ok = 0, failed = 1, wrong_use = 2 };

namespace command {

/// Makes an app to start from.
struct New {
  std::filesystem::path folder;
};
/// Serves the app in `dir`. What is given goes before the configuration.
struct Serve {
  std::filesystem::path dir = ".";
  bool watch = false;  ///< Rooms go on in new code as soon as a file is saved.
  std::optional<std::uint16_t> port = {};
  std::optional<std::string> address = {};
  std::string log = "info";
};
/// Says what is wrong with the app, and starts nothing.
struct Check {
  std::filesystem::path dir = ".";
};
/// The rooms of the running server.
struct Rooms {
  std::filesystem::path dir = ".";
  bool json = false;
  bool names = false;  ///< Topics alone, one a line: for the shell's completion.
};
/// A prompt in the running server.
struct Console {
  std::filesystem::path dir = ".";
};
/// Evaluates in a live room.
struct Eval {
  std::string topic;
  std::string expression;
  std::filesystem::path dir = ".";
};
/// Lets the running server's rooms go on in the code that is on the disk now.
struct Reload {
  std::filesystem::path dir = ".";
};
/// Runs an app's tests/*.test.ts, or one such file.
struct Test {
  std::filesystem::path target = ".";
  std::string only = {};  ///< Tests with this in their name; empty: all.
};
/// The completion script of a shell, to standard output.
struct Completion {
  std::string shell;
};
/// Nothing to do but to show this: help, the version, or what was wrong with the line (then it goes to standard error).
struct Shown {
  std::string text;
  ExitCode exit_code = ExitCode::ok;
};

}  // namespace command

using Command = std::variant<command::New, command::Serve, command::Check, command::Rooms, command::Console,
                             command::Eval, command::Reload, command::Test, command::Completion, command::Shown>;

/// As main() gets them: the first is the program's own name.
[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

}  // namespace entmoot_app
