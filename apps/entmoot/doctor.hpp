// SPDX-License-Identifier: MIT

#pragma once

// `entmoot doctor`: whether the machine and the configuration are fit to serve an app, each finding with what to do.

#include "command_line.hpp"
#include "server/app.hpp"

#include <entmoot/base/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace entmoot_app {

struct Finding {
  enum class Level : std::uint8_t { ok, warning, error };
  Level level = Level::ok;
  std::string subject;      ///< "open files"
  std::string text;         ///< What was found.
  std::string advice = {};  ///< What to do; empty if it is ok.
};

/// What a machine offers to a process.
struct Machine {
  std::string kernel = {};
  std::size_t descriptors_soft = 0;
  std::size_t descriptors_hard = 0;
  std::size_t memory = 0;                         ///< Of the machine or of the cgroup.
  std::optional<std::size_t> address_space = {};  ///< RLIMIT_AS.
  bool strict_overcommit = false;                 ///< vm.overcommit_memory is 2.
  std::size_t backlog_max = 0;                    ///< net.core.somaxconn
  bool clock_is_synchronized = true;
  entmoot::WallTime now = {};
  struct Disk {
    std::size_t free = 0;
    std::size_t size = 0;
    bool in_memory = false;  ///< tmpfs: it is lost with the machine.
  };
  std::optional<Disk> data = {};  ///< Where durable rooms are kept.
  bool port_is_free = true;       ///< Or the app's own server has it.
  bool server_runs = false;
};
/// Of this machine, for this app.
[[nodiscard]] Machine look_at_machine(const App& app);

/// The findings, in a fixed order.
[[nodiscard]] std::vector<Finding> examine(const App& app, const Machine& machine);

/// Prints them. Fails if one is an error.
[[nodiscard]] ExitCode run_doctor(const command::Doctor& doctor);

}  // namespace entmoot_app
