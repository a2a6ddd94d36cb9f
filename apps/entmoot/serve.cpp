// SPDX-License-Identifier: MIT

#include "serve.hpp"

#include "complain.hpp"
#include "replay/continuations.hpp"
#include "server/app_loader.hpp"
#include "server/data_folder.hpp"
#include "server/server.hpp"
#include "server/service_manager.hpp"
#include "terminal_text.hpp"
#include "units.hpp"

#include <entmoot/base/descriptor_table.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/log_event.hpp>
#include <entmoot/js/hash_key.hpp>
#include <entmoot/node/signals.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// The app, with the socket that the service manager has handed over, if it has.
std::shared_ptr<const App> with_listener(const std::shared_ptr<const App>& app, const ServiceManager& manager) {
  const auto listener = manager.listener();
  if (!listener) return app;
  auto changed = std::make_shared<App>(*app);
  changed->config.listener.inherited = *listener;
  return changed;
}

/// Waits for a signal that ends the server. SIGHUP reloads; the service manager hears that the shards run.
void run(Server& server, const Signals& signals, const ServiceManager& manager) {
  for (;;) {
    const auto watchdog = manager.watchdog();
    const auto signal = watchdog ? signals.wait_for(*watchdog / 2) : signals.wait();
    if (!signal) {
      server.check_alive([&manager] { manager.notify("WATCHDOG=1"); });
    } else if (*signal == SIGHUP) {
      server.reload(ReplyTo());
    } else {
      return;
    }
  }
}

/// Prints an app's errors, one per line, and their number.
ExitCode print_errors(const std::string& errors) {
  const auto colours = Colours::of(STDERR_FILENO);
  std::size_t count = 0;
  for (std::size_t at = 0; at < errors.size();) {
    const auto end = std::min(errors.find('\n', at), errors.size());
    if (errors[at] != ' ') ++count;  // other lines show the source
    fmt::print(stderr, "{}\n", errors.substr(at, end - at));
    at = end + 1;
  }
  fmt::print(stderr, "{}\n", colours.red(count == 1 ? "1 error" : fmt::format("{} errors", count)));
  return ExitCode::failed;
}

/// Whether all durable rooms can continue in the app's code; prints those that cannot.
bool check_rooms(const App& app) {
  auto data = DataToRead::open_to_run(app);
  if (!data) return complain(data.error().reason) == ExitCode::ok;
  const auto found = try_rooms(app, data->store(), std::chrono::hours(24));
  if (!found) return complain(found.error().reason) == ExitCode::ok;
  for (const auto& [topic, why] : found->stranded) {
    (void)complain(fmt::format("room {} cannot continue in this code: {}", log::quoted(topic), terminal_text(why)));
  }
  fmt::print("{} durable rooms were tried, {} cannot continue\n", found->tried, found->stranded.size());
  return found->stranded.empty();
}

}  // namespace

ExitCode serve_app(const command::Serve& serve) {
  reserve_descriptor_table();
  log::use(serve.log_format == "json" ? log::Format::json : log::Format::text);
  log::start(serve.log);
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed connection is an error of that write
  take_hash_key();
  auto loader = std::make_unique<AppLoader>(serve.dir, AppLoader::Options{.develops = serve.watch,
                                                                          .port = serve.port,
                                                                          .address = serve.address,
                                                                          .data = serve.data,
                                                                          .set = serve.set,
                                                                          .dotenv = serve.watch});
  auto app = loader->load();
  if (!app) return print_errors(app.error().reason);
  for (const auto& warning : warnings_of(**app)) log::warn("{}", warning);

  const Signals signals{SIGTERM, SIGINT, SIGHUP};
  auto data = open_data(**app);
  if (!data) return complain(data.error().reason);
  if (const std::uint64_t key = data->hash_key; key != js::hash_key()) {
    data->store.reset();
    return complain(begin_again(key).reason);
  }
  const ServiceManager manager = ServiceManager::of_environment();
  if (!manager.error().empty()) return complain(manager.error());
  const DrainSettings drain = (*app)->config.drain;
  Server server(with_listener(*app, manager), std::move(loader), std::move(data->store), serve.watch);
  if (auto started = server.start(); !started) return complain(started.error().reason);
  fmt::print("Listening on http://localhost:{} (Ctrl-C to stop)\n", server.port());
  std::fflush(stdout);
  if (const auto port = server.metrics_port()) {
    fmt::print("Metrics on http://localhost:{}/metrics\n", *port);
    std::fflush(stdout);
  }
  manager.notify("READY=1");
  run(server, signals, manager);
  manager.notify("STOPPING=1");
  signals.unblock();
  server.leave_service();
  if (drain.delay > Duration::zero()) {
    log::info("shutting down: not ready for new clients; serving for another {}", show_time(drain.delay));
    std::this_thread::sleep_for(drain.delay);
  }
  log::info("shutting down: asking clients to reconnect");
  server.stop(drain.time + last_bytes_time);
  return ExitCode::ok;
}

ExitCode check_app(const command::Check& check) {
  log::start("off");
  take_hash_key();
  AppLoader loader(check.dir, AppLoader::Options{.dotenv = true});
  const auto app = loader.load();
  if (!app) return print_errors(app.error().reason);
  const auto colours = Colours::of(STDOUT_FILENO);
  for (const auto& warning : warnings_of(**app)) fmt::print("{} {}\n", colours.yellow("warning:"), warning);
  for (const auto& route : (*app)->routes().routes) {
    fmt::print("{}  serves {}{}\n", route->file, colours.bold(route->pattern),
               route->path.empty() ? "" : fmt::format(" and {}", colours.bold(route->path)));
  }
  if (check.data && !check_rooms(**app)) return ExitCode::failed;
  fmt::print("{}\n", colours.green("no problems found"));
  return ExitCode::ok;
}

}  // namespace entmoot_app
