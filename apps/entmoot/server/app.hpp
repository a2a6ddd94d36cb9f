// SPDX-License-Identifier: MIT

#pragma once

// An app as it was loaded from its folder: configuration, rooms, files. Immutable and shared; a reload makes another.

#include "../config.hpp"

#include <entmoot/node/room_requests.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace entmoot_app {

struct App {
  std::filesystem::path folder;
  Config config;
  entmoot::JsonText written = {};  ///< The settings as entmoot.config.ts exports them.
  std::shared_ptr<const entmoot::HostedApp> hosted;
  std::vector<std::filesystem::path> sources;  ///< Files and folders whose change makes another app.

  [[nodiscard]] const entmoot::RoomRoutes& routes() const noexcept { return *hosted->routes; }
};

/// What works but is hardly meant, in the configuration and in the rooms: sentences for the log.
[[nodiscard]] std::vector<std::string> warnings_of(const App& app);

/// What a reload from `before` to `after` changes. Names are sorted.
struct ReloadReport {
  std::vector<std::string> rooms = {};          ///< Files of rooms/ whose code or limits are other ones.
  std::vector<std::string> settings = {};       ///< In effect now: "limits.heap".
  std::vector<std::string> after_restart = {};  ///< Settings that take effect after a restart: "port".
  bool files = false;                           ///< The app's files in public/.

  [[nodiscard]] bool empty() const noexcept {
    return rooms.empty() && settings.empty() && after_restart.empty() && !files;
  }
};
/// `at_start`: the app that the server was started with; settings that need a restart are compared with it.
[[nodiscard]] ReloadReport compare(const App& at_start, const App& before, const App& after);

}  // namespace entmoot_app
