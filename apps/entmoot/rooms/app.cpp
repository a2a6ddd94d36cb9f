// SPDX-License-Identifier: MIT

#include "app.hpp"

#include <fmt/format.h>

namespace entmoot_app {

std::vector<std::string> warnings_of(const App& app) {
  std::vector<std::string> warnings = warnings_of(app.config);
  for (const auto& route : app.routes) {
    for (const auto& [name, meant] : route->exports.misspelt) {
      warnings.push_back(
          fmt::format("{} exports `{}`, which means nothing here; did you mean `{}`?", route->file, name, meant));
    }
    if (route->exports.functions.empty() && route->exports.misspelt.empty()) {
      warnings.push_back(
          fmt::format("{} exports nothing that is called: clients can join, and whatever they send is an "
                      "error. A room exports `join` or `handleIn`, say.",
                      route->file));
    }
  }
  return warnings;
}

}  // namespace entmoot_app
