// SPDX-License-Identifier: MIT

#include "app.hpp"

#include <fmt/format.h>

namespace entmoot_app {

std::vector<std::string> warnings_of(const App& app) {
  std::vector<std::string> warnings = warnings_of(app.config);
  for (const auto& route : app.routes) {
    const auto& exports = route->exports;
    for (const auto& [name, meant] : exports.misspelt) {
      warnings.push_back(
          fmt::format("{} exports `{}`, which means nothing here; did you mean `{}`?", route->file, name, meant));
    }
    // One of a pair without the other is code that never runs, or a state that nobody takes up.
    if (exports.has("handleOut") && exports.intercept.empty()) {
      warnings.push_back(fmt::format(
          "{} exports `handleOut`, which is called for the events that `intercept` lists, and there is none: "
          "export const intercept = [\"message\"], say.",
          route->file));
    }
    if (!exports.has("handleOut") && !exports.intercept.empty()) {
      warnings.push_back(fmt::format("{} exports `intercept`, but no `handleOut`.", route->file));
    }
    if (exports.has("restore") != exports.has("serialize") && exports.misspelt.empty()) {
      warnings.push_back(
          exports.has("restore")
              ? fmt::format("{} exports `restore`, but no `serialize`: there is nothing to restore.", route->file)
              : fmt::format("{} exports `serialize`, but no `restore`: what it returns is lost.", route->file));
    }
    if (exports.functions.empty() && exports.misspelt.empty()) {
      warnings.push_back(
          fmt::format("{} exports nothing that is called: clients can join, and whatever they send is an "
                      "error. A room exports `join` or `handleIn`, say.",
                      route->file));
    }
  }
  return warnings;
}

}  // namespace entmoot_app
