// SPDX-License-Identifier: MIT

#include "doctor.hpp"

#include "colour.hpp"
#include "server/app_loader.hpp"
#include "server/control.hpp"
#include "terminal_text.hpp"
#include "units.hpp"

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/process_memory.hpp>
#include <entmoot/web/host_policy.hpp>
#include <entmoot/web/listener.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string_view>

#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;
namespace fs = std::filesystem;

namespace {

using Level = Finding::Level;

// Besides the connections: the log, the journal, threads, `fetch`.
constexpr std::size_t other_descriptors = 500;
constexpr std::size_t backlog_wanted = 4096;
constexpr std::size_t memory_least = 256 * MiB;
constexpr std::size_t disk_least = 1024 * MiB;
// This program is younger; an earlier date means that the clock was never set.
constexpr std::chrono::sys_days youngest{std::chrono::year(2026) / 1 / 1};

std::size_t number_in(const char* path) {
  std::ifstream file(path);
  std::size_t number = 0;
  file >> number;
  return number;
}

/// "23 GB", "512 MB".
std::string rounded(std::size_t bytes) {
  const std::size_t unit = bytes >= 10 * 1024 * MiB ? 1024 * MiB : MiB;
  return show_size(bytes / unit * unit);
}

bool is_durable(const App& app) {
  return std::ranges::any_of(app.routes().routes,
                             [](const auto& route) { return route->limits.durability != Durability::none; });
}

Finding descriptors(const App& app, const Machine& machine) {
  const std::size_t wanted = app.config.listener.admission.connections_max + other_descriptors;
  const std::string text = fmt::format("{} for at most {} connections", machine.descriptors_soft,
                                       app.config.listener.admission.connections_max);
  if (machine.descriptors_soft >= wanted) return {Level::ok, "open files", text};
  return {Level::warning, "open files", text,
          machine.descriptors_hard >= wanted
              ? fmt::format("`ulimit -n {}` before the start, or LimitNOFILE={} in the unit of systemd", wanted, wanted)
              : fmt::format("LimitNOFILE={} in the unit of systemd; the hard limit is {}", wanted,
                            machine.descriptors_hard)};
}

Finding memory(const App& app, const Machine& machine) {
  const std::size_t budget = app.config.node.memory;
  const std::string text =
      budget == 0 ? rounded(machine.memory)
                  : fmt::format("{}, of which the rooms may have {}", rounded(machine.memory), rounded(budget));
  if (budget > machine.memory) {
    return {Level::warning, "memory", text,
            "`node.memory` is more than there is: the kernel would end the server before it saves memory"};
  }
  if (machine.memory < memory_least) {
    return {Level::warning, "memory", text, "a few hundred rooms fill it; a room takes some 250 KB"};
  }
  return {Level::ok, "memory", text};
}

Finding address_space(const Machine& machine) {
  if (machine.address_space) {
    return {Level::error, "address space", fmt::format("limited to {}", rounded(*machine.address_space)),
            "each room reserves 64 MB of addresses, not of memory: remove the limit (`ulimit -v unlimited`)"};
  }
  if (machine.strict_overcommit) {
    return {Level::warning, "address space", "the kernel counts reserved addresses as memory (vm.overcommit_memory=2)",
            "`sysctl vm.overcommit_memory=0`; limit the process by its cgroup instead (MemoryMax=)"};
  }
  return {Level::ok, "address space", "not limited"};
}

Finding backlog(const Machine& machine) {
  const std::string text = fmt::format("{} connections can wait to be accepted", machine.backlog_max);
  if (machine.backlog_max >= backlog_wanted) return {Level::ok, "backlog", text};
  return {Level::warning, "backlog", text,
          fmt::format("when all clients reconnect at once, some are refused: `sysctl net.core.somaxconn={}`",
                      backlog_wanted)};
}

Finding origins(const App& app) {
  switch (app.config.origins.check) {
    case OriginPolicy::Check::off:
      return {Level::warning, "origins", "pages of any site may connect",
              "list the origins of your pages in `origins`, unless clients always present a token"};
    case OriginPolicy::Check::listed:
      return {Level::ok, "origins", fmt::format("{} listed", app.config.origins.allowed.size())};
    default: return {Level::ok, "origins", "this server's own host"};
  }
}

Finding tokens(const App& app) {
  if (app.config.tokens.given()) {
    return {Level::ok, "tokens", app.config.tokens.required ? "required" : "verified if presented"};
  }
  const bool is_public = !is_loopback_address(app.config.listener.address) || app.config.proxy;
  if (!is_public) return {Level::ok, "tokens", "none; the server is reachable from this machine only"};
  return {Level::warning, "tokens", "none: whoever reaches the server may join any room",
          "set `tokens`, or let the rooms check who joins"};
}

Finding clock(const Machine& machine) {
  if (machine.now < WallTime(youngest)) {
    return {Level::error, "clock", "it was never set", "set it: tokens expire by it, and logs are read by it"};
  }
  if (!machine.clock_is_synchronized) {
    return {Level::warning, "clock", "not synchronized",
            "run an NTP client, such as systemd-timesyncd: tokens are issued by the clock of another machine"};
  }
  return {Level::ok, "clock", "synchronized"};
}

Finding disk(const App& app, const Machine& machine) {
  if (!is_durable(app)) return {Level::ok, "disk", "not used: no route is durable"};
  if (!machine.data) {
    return {Level::error, "disk", fmt::format("the folder {} cannot be reached", app.config.data),
            "create it, or set `data`"};
  }
  const auto& [free, size, in_memory] = *machine.data;
  const std::string text = fmt::format("{} of {} free for durable rooms", rounded(free), rounded(size));
  if (in_memory) {
    return {Level::warning, "disk", text + ", in memory (tmpfs)",
            "set `data` to a folder on a disk: this one is lost when "
            "the machine restarts"};
  }
  if (free < disk_least || free < size / 20) {
    return {Level::warning, "disk", text,
            "make room: when it is full, messages to durable rooms are answered with errors. `limits.retain` says how "
            "much is kept"};
  }
  return {Level::ok, "disk", text};
}

Finding port(const App& app, const Machine& machine) {
  const auto number = app.config.listener.port;
  if (machine.server_runs) return {Level::ok, "server", "running"};
  if (machine.port_is_free) return {Level::ok, "server", fmt::format("not running; port {} is free", number)};
  return {Level::error, "server", fmt::format("not running, and port {} is taken", number),
          fmt::format("`ss -ltnp sport = :{}` shows by whom; set another `port`", number)};
}

}  // namespace

Machine look_at_machine(const App& app) {
  Machine machine;
  utsname names{};
  if (::uname(&names) == 0) machine.kernel = fmt::format("{} {}", names.sysname, names.release);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    machine.descriptors_soft = limit.rlim_cur;
    machine.descriptors_hard = limit.rlim_max;
  }
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) machine.address_space = limit.rlim_cur;
  machine.memory = memory_available();
  machine.strict_overcommit = number_in("/proc/sys/vm/overcommit_memory") == 2;
  machine.backlog_max = number_in("/proc/sys/net/core/somaxconn");
  timex state{};
  const int clock_state = ::adjtimex(&state);
  machine.clock_is_synchronized = clock_state < 0 || (state.status & STA_UNSYNC) == 0;
  machine.now = SystemClock::shared().now();
  fs::path data = app.folder / app.config.data;
  std::error_code error;
  while (!fs::exists(data, error) && data.has_parent_path() && data != data.parent_path()) data = data.parent_path();
  struct statfs about {};
  constexpr long tmpfs = 0x01021994;
  if (::statfs(data.c_str(), &about) == 0) {
    const auto block = static_cast<std::size_t>(about.f_bsize);
    machine.data = Machine::Disk{.free = about.f_bavail * block,
                                 .size = about.f_blocks * block,
                                 .in_memory = static_cast<long>(about.f_type) == tmpfs};
  }
  machine.server_runs = ask_server(app.folder, {{"command", "ping"}}).has_value();
  machine.port_is_free = machine.server_runs || ListeningSocket::open(app.config.listener).has_value();
  return machine;
}

std::vector<Finding> examine(const App& app, const Machine& machine) {
  std::vector<Finding> all{{Level::ok, "versions", fmt::format("entmoot {}, {}", ENTMOOT_VERSION, machine.kernel)}};
  all.push_back(port(app, machine));
  all.push_back(descriptors(app, machine));
  all.push_back(memory(app, machine));
  all.push_back(address_space(machine));
  all.push_back(backlog(machine));
  all.push_back(disk(app, machine));
  all.push_back(clock(machine));
  all.push_back(origins(app));
  all.push_back(tokens(app));
  for (const auto& warning : warnings_of(app)) all.push_back({Level::warning, "app", warning});
  return all;
}

ExitCode run_doctor(const command::Doctor& doctor) {
  log::start("off");
  AppLoader loader(doctor.dir);
  const auto app = loader.load();
  const auto colours = Colours::of(STDOUT_FILENO);
  if (!app) {
    fmt::print("{}  the app does not load; `entmoot check` reports the same\n{}\n", colours.red("error  "),
               terminal_text(app.error().reason));
    return ExitCode::failed;
  }
  std::size_t errors = 0, warnings = 0;
  for (const Finding& finding : examine(**app, look_at_machine(**app))) {
    errors += finding.level == Level::error ? 1 : 0;
    warnings += finding.level == Level::warning ? 1 : 0;
    const std::string level = finding.level == Level::ok        ? colours.green("ok     ")
                              : finding.level == Level::warning ? colours.yellow("warning")
                                                                : colours.red("error  ");
    fmt::print("{}  {}: {}\n", level, finding.subject, terminal_text(finding.text));
    if (!finding.advice.empty()) fmt::print("         {}\n", finding.advice);
  }
  fmt::print("{} errors, {} warnings\n", errors, warnings);
  return errors == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace entmoot_app
