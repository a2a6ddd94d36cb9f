// SPDX-License-Identifier: MIT

#include "config_command.hpp"

#include "colour.hpp"
#include "complain.hpp"
#include "overrides.hpp"
#include "server/app_loader.hpp"
#include "server/read_file.hpp"
#include "settings.hpp"
#include "source_places.hpp"
#include "terminal_text.hpp"

#include <entmoot/base/log.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

struct Row {
  std::string name;
  std::string value;
  std::string source;  // empty: the default
};

/// What is set, and where.
class Sources {
 public:
  Sources(const App& app, std::string_view text) : app_(app), places_(text) {
    if (auto json = app.written.parse()) written_ = *std::move(json);
  }

  /// Empty: it is not set.
  [[nodiscard]] std::string of(const std::vector<std::string>& path) const {
    for (auto each = app_.overrides.rbegin(); each != app_.overrides.rend(); ++each) {
      if (each->path == path) return each->source;
    }
    const Json* at = &written_;
    for (const std::string& key : path) {
      const auto* object = at->if_object();
      at = object ? object->if_contains(key) : nullptr;
      if (!at) return {};
    }
    const Place place = places_.find(path);
    return fmt::format("entmoot.config.ts:{}:{}", place.line, place.column);
  }

 private:
  const App& app_;
  const SourcePlaces places_;
  Json written_;
};

std::vector<Row> rows_of(const App& app, std::string_view text) {
  const Sources sources(app, text);
  std::vector<Row> rows;
  for (const auto& setting : app_settings().all()) {
    const bool hidden = setting.name == "tokens.secret" && !app.config.tokens.secret.empty();
    rows.push_back({setting.name, hidden ? "(set)" : setting.shown(app.config), sources.of(path_of(setting.name))});
  }
  for (const auto& setting : limit_settings().all()) {
    const std::string name = "limits." + setting.name;
    rows.push_back({name, setting.shown(app.config.limits), sources.of(path_of(name))});
  }
  for (const auto& [pattern, limits] : app.config.rooms) {
    for (const auto& setting : limit_settings().all()) {
      std::vector<std::string> path{"rooms", pattern};
      for (auto& part : path_of(setting.name)) path.push_back(std::move(part));
      auto source = sources.of(path);
      if (source.empty()) continue;  // that of `limits`
      rows.push_back({fmt::format("rooms.{}.{}", pattern, setting.name), setting.shown(limits), std::move(source)});
    }
  }
  return rows;
}

void print_table(const std::vector<Row>& rows) {
  const auto colours = Colours::of(STDOUT_FILENO);
  std::size_t name = 0, value = 0;
  for (const Row& row : rows) {
    name = std::max(name, characters_in(row.name));
    value = std::max(value, std::min<std::size_t>(characters_in(row.value), 40));
  }
  for (const Row& row : rows) {
    const std::string line = fmt::format("{:{}}  {:{}}  {}", row.name, name, terminal_text(row.value), value,
                                         row.source.empty() ? std::string("default") : terminal_text(row.source));
    fmt::print("{}\n", row.source.empty() ? colours.dim(line) : line);
  }
}

}  // namespace

ExitCode show_config(const command::Config& command) {
  log::start("off");
  AppLoader loader(command.dir, {.set = command.set, .needs_variables = false});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  const auto text = read_file((*app)->folder / "entmoot.config.ts");
  const auto rows = rows_of(**app, text ? std::string_view(*text) : std::string_view("export default {};"));
  if (!command.json) {
    print_table(rows);
    return ExitCode::ok;
  }
  boost::json::object all;
  for (const Row& row : rows) {
    all[row.name] = {{"value", row.value}, {"source", row.source.empty() ? "default" : row.source}};
  }
  fmt::print("{}\n", to_json(all));
  return ExitCode::ok;
}

}  // namespace entmoot_app
