// SPDX-License-Identifier: MIT

#pragma once

// An app loaded from its folder: configuration, rooms, files. Immutable and shared among threads; a reload creates
// another one.

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
  entmoot::JsonText written = {};        ///< The settings as entmoot.config.ts exports them.
  std::vector<Override> overrides = {};  ///< Over these.
  std::shared_ptr<const entmoot::HostedApp> hosted;
  std::vector<std::filesystem::path> sources;  ///< Files and folders that the app was loaded from.

  [[nodiscard]] const entmoot::RoomRoutes& routes() const noexcept { return *hosted->routes; }
};

/// Warnings for the log: settings and exports of rooms that are valid but probably unintended.
[[nodiscard]] std::vector<std::string> warnings_of(const App& app);

/// The changes made by a reload. Names are sorted.
struct ReloadReport {
  std::vector<std::string> rooms = {};          ///< Files of rooms/ whose code or limits have changed.
  std::vector<std::string> settings = {};       ///< In effect now: "limits.heap".
  std::vector<std::string> after_restart = {};  ///< Settings that take effect after a restart: "port".
  bool files = false;                           ///< Whether files in public/ have changed.

  [[nodiscard]] bool empty() const noexcept {
    return rooms.empty() && settings.empty() && after_restart.empty() && !files;
  }
};
/// Settings that take effect on a reload are compared with `before`, those that need a restart with `at_start`, the app
/// that the server was started with.
[[nodiscard]] ReloadReport compare(const App& at_start, const App& before, const App& after);

}  // namespace entmoot_app
