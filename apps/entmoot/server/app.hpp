// SPDX-License-Identifier: MIT

#pragma once

// An app as it was loaded from its folder: configuration, routes, files. Immutable and shared; a reload makes another.

#include "../config.hpp"
#include "route.hpp"

#include <entmoot/web/static_files.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

struct App {
  std::filesystem::path folder;
  Config config;
  std::vector<std::shared_ptr<const Route>> routes;  // exact topics before prefixes, longer ones first
  entmoot::StaticFiles files;
  std::string settings_of_start;               // as JSON: those that only the next start takes up
  std::vector<std::filesystem::path> sources;  // whatever a change of would make another app

  /// Which file serves `topic`; nothing: none does.
  [[nodiscard]] std::shared_ptr<const Route> route_of(std::string_view topic) const {
    for (const auto& route : routes) {
      if (route->serves(topic)) return route;
    }
    return nullptr;
  }
};

/// What works but is hardly meant, in the configuration and in the rooms: sentences for the log.
[[nodiscard]] std::vector<std::string> warnings_of(const App& app);

/// The settings in which `now` is other than `at_start`, and that a server takes up when it starts, only: "fetch".
[[nodiscard]] std::vector<std::string> settings_of_next_start(const App& at_start, const App& now);

}  // namespace entmoot_app
