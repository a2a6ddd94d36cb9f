// SPDX-License-Identifier: MIT

#include "app.hpp"

#include <entmoot/base/json.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <set>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

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

std::vector<std::string> settings_of_next_start(const App& at_start, const App& now) {
  if (at_start.settings_of_start == now.settings_of_start) return {};
  const auto settings = [](const App& app) {
    auto json = parse_json(app.settings_of_start);
    return json && json->is_object() ? std::move(json->get_object()) : boost::json::object();
  };
  const auto before = settings(at_start);
  const auto after = settings(now);
  std::set<std::string> names;
  for (const auto* one : {&before, &after}) {
    for (const auto& [name, value] : *one) {
      const auto* old = before.if_contains(name);
      const auto* fresh = after.if_contains(name);
      if (!old || !fresh || *old != *fresh) names.emplace(name);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace entmoot_app
