// SPDX-License-Identifier: MIT

#include "app.hpp"

#include "../settings.hpp"

#include <entmoot/base/json.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

std::vector<std::string> warnings_of(const App& app) {
  std::vector<std::string> warnings = warnings_of(app.config);
  for (const auto& route : app.routes().routes) {
    const auto& exports = route->exports;
    for (const auto& [name, meant] : exports.misspelt) {
      warnings.push_back(
          fmt::format("{} exports `{}`, which the server does not use; did you mean `{}`?", route->file, name, meant));
    }
    // Of a pair of exports, one alone never runs, or saves a state that is never restored.
    if (exports.has("handleOut") && exports.intercept.empty()) {
      warnings.push_back(
          fmt::format("{} exports `handleOut`, but no `intercept`: it is never called. Export the list of events that "
                      "it handles, for example `export const intercept = [\"message\"]`.",
                      route->file));
    }
    if (!exports.has("handleOut") && !exports.intercept.empty()) {
      warnings.push_back(fmt::format("{} exports `intercept`, but no `handleOut`: it has no effect.", route->file));
    }
    if (exports.has("restore") != exports.has("serialize") && exports.misspelt.empty()) {
      warnings.push_back(
          exports.has("restore")
              ? fmt::format("{} exports `restore`, but no `serialize`: it is never called.", route->file)
              : fmt::format("{} exports `serialize`, but no `restore`: its result is never used.", route->file));
    }
    if (exports.functions.empty() && exports.misspelt.empty()) {
      warnings.push_back(
          fmt::format("{} exports no function that the server calls: clients can join, but every message they send is "
                      "answered with an error. Export `join` or `handleIn`.",
                      route->file));
    }
  }
  return warnings;
}

namespace {

/// The value of `name` ("node.restarts.max") in the configuration file; null if it is not set there.
const Json* written(const Json& settings, std::string_view name) {
  const auto dot = name.find('.');
  const auto* object = settings.if_object();
  const Json* value = object ? object->if_contains(name.substr(0, dot)) : nullptr;
  return !value || dot == std::string_view::npos ? value : written(*value, name.substr(dot + 1));
}

bool differ(const Json& before, const Json& after, std::string_view name) {
  const Json* const old = written(before, name);
  const Json* const fresh = written(after, name);
  return old && fresh ? *old != *fresh : old != fresh;
}

Json settings_of(const App& app) {
  auto json = app.written.parse();
  return json ? *std::move(json) : Json(boost::json::object());
}

}  // namespace

ReloadReport compare(const App& at_start, const App& before, const App& after) {
  ReloadReport report;
  const Json started = settings_of(at_start);
  const Json old = settings_of(before);
  const Json fresh = settings_of(after);
  for (const auto& setting : app_settings().all()) {
    if (setting.takes_effect == TakesEffect::after_restart) {
      if (differ(started, fresh, setting.name)) report.after_restart.push_back(setting.name);
    } else if (differ(old, fresh, setting.name)) {
      report.settings.push_back(setting.name);
    }
  }
  for (const auto& setting : limit_settings().all()) {
    const std::string name = "limits." + setting.name;
    if (differ(old, fresh, name)) report.settings.push_back(name);
  }
  if (differ(old, fresh, "rooms")) report.settings.emplace_back("rooms");
  for (const auto& route : after.routes().routes) {
    if (std::ranges::find(before.routes().routes, route) == before.routes().routes.end()) {
      report.rooms.push_back(route->file);
    }
  }
  report.files = !after.hosted->files.same_as(before.hosted->files);
  std::ranges::sort(report.rooms);
  std::ranges::sort(report.settings);
  std::ranges::sort(report.after_restart);
  return report;
}

}  // namespace entmoot_app
