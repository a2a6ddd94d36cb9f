// SPDX-License-Identifier: MIT

// main() of the command `entmoot`.

#include "colour.hpp"
#include "command_line.hpp"
#include "complain.hpp"
#include "completion.hpp"
#include "config_command.hpp"
#include "data_commands.hpp"
#include "doctor.hpp"
#include "new_app.hpp"
#include "replay/replay.hpp"
#include "running_server.hpp"
#include "serve.hpp"
#include "testing/run_tests.hpp"

#include <entmoot/base/standard_streams.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <variant>

#include <unistd.h>

namespace {

using namespace entmoot_app;

ExitCode run(const command::New& create) {
  const auto written = make_new_app(create.folder);
  if (!written) return complain(written.error().reason);
  const auto colours = Colours::of(STDOUT_FILENO);
  const auto folder = create.folder.string();
  fmt::print("Created a starter app in {}:\n\n", colours.bold(folder));
  for (const auto& name : *written) fmt::print("  {}\n", colours.dim(name));
  fmt::print("\nNext: {}\n", colours.green("entmoot serve " + folder + " --watch"));
  return ExitCode::ok;
}

ExitCode run(const command::Completion& completion) {
  fmt::print("{}", completion_script(completion.shell));
  return ExitCode::ok;
}

ExitCode run(const command::Shown& shown) {
  fmt::print(shown.exit_code == ExitCode::ok ? stdout : stderr, "{}", shown.text);
  return shown.exit_code;
}

ExitCode run(const command::Serve& serve) { return serve_app(serve); }
ExitCode run(const command::Check& check) { return check_app(check); }
ExitCode run(const command::Test& test) { return test_app(test); }
ExitCode run(const command::Rooms& rooms) { return show_rooms(rooms); }
ExitCode run(const command::Console& console) { return open_console(console); }
ExitCode run(const command::Eval& eval) { return evaluate_in_room(eval); }
ExitCode run(const command::Reload& reload) { return reload_server(reload); }
ExitCode run(const command::Config& config) { return show_config(config); }
ExitCode run(const command::Doctor& doctor) { return run_doctor(doctor); }
ExitCode run(const command::Metrics& metrics) { return print_metrics(metrics); }
ExitCode run(const command::History& history) { return show_history(history); }
ExitCode run(const command::Backup& backup) { return back_up(backup); }
ExitCode run(const command::Restore& restore) { return restore_data(restore); }
ExitCode run(const command::Export& exported) { return export_room(exported); }
ExitCode run(const command::Forget& forget) { return forget_room(forget); }
ExitCode run(const command::Replay& replay) { return replay_room(replay); }

}  // namespace

int main(int argc, char** argv) try {
  entmoot::open_standard_streams();
  const auto command = parse_command_line(argc, argv);
  return static_cast<int>(std::visit([](const auto& chosen) { return run(chosen); }, command));
} catch (const std::exception& error) {
  return static_cast<int>(complain(error.what()));
}
