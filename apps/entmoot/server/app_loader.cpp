// SPDX-License-Identifier: MIT

#include "app_loader.hpp"

#include "../source_places.hpp"
#include "probe.hpp"
#include "public_files.hpp"
#include "read_file.hpp"

#include <entmoot/base/utf8.hpp>
#include <entmoot/rooms/room_entries.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <unistd.h>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

/// The environment variables, as process.env of the configuration file. A variable that is not UTF-8 is left out.
JsonText environment() {
  boost::json::object all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && is_utf8(text)) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return JsonText::of({{"env", std::move(all)}});
}

std::vector<fs::path> files_in(const fs::path& folder, std::string_view suffix) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(ignored) && name.ends_with(suffix) && !name.ends_with(".d.ts") &&
        !name.starts_with('.')) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

/// Exact topics come first, then longer prefixes.
bool is_more_specific(const std::shared_ptr<const RoomRoute>& a, const std::shared_ptr<const RoomRoute>& b) {
  const bool exact_a = !a->pattern.ends_with('*');
  const bool exact_b = !b->pattern.ends_with('*');
  if (exact_a != exact_b) return exact_a;
  return a->pattern.size() > b->pattern.size();
}

}  // namespace

AppLoader::AppLoader(const fs::path& folder, Options options)
    : folder_(fs::weakly_canonical(folder)),
      options_(std::move(options)),
      modules_(folder_),
      rooms_(folder_, modules_) {}

void AppLoader::add_sources(const std::vector<std::string>& files) {
  sources_.insert(sources_.end(), files.begin(), files.end());
}

/// The file system throws if files disappear while they are read or links form a circle.
Result<std::shared_ptr<const App>> AppLoader::load() try {
  return load_folder();
} catch (const fs::filesystem_error& error) {
  return fail(ErrorCode::io, fmt::format("{}: {}", error.path1().string(), error.code().message()));
}

Result<std::shared_ptr<const App>> AppLoader::load_folder() {
  sources_ = {folder_ / "entmoot.config.ts", folder_ / "rooms", folder_ / "public"};
  if (!fs::is_directory(folder_)) return fail(ErrorCode::not_found, folder_.string() + ": no such folder");
  auto app = std::make_shared<App>();
  app->folder = folder_;
  std::vector<std::string> problems;
  auto config = load_config(*app);
  if (config) {
    app->config = *std::move(config);
    if (options_.port) app->config.listener.port = *options_.port;
    if (options_.address) {
      auto address = listen_address(*options_.address);
      if (!address) return fail(ErrorCode::invalid, "--address " + address.error().reason);
      app->config.listener.address = *std::move(address);
    }
    if (options_.data) app->config.data = fs::absolute(*options_.data).string();
  } else {
    problems.push_back(config.error().reason);
  }

  RoomRoutes routes{.handlers = app->config.handlers, .broadcast_channels = app->config.broadcast_channels};
  load_rooms(app->config, routes, problems);
  if (problems.empty()) check_limits(app->config, routes, problems);

  auto files = load_public_files(folder_ / "public", tools_,
                                 {.cache = app->config.public_cache,
                                  .page = app->config.pages,
                                  .fallback = app->config.public_fallback,
                                  .develops = options_.develops});
  sources_.insert(sources_.end(), files.seen.begin(), files.seen.end());
  problems.insert(problems.end(), files.problems.begin(), files.problems.end());

  std::ranges::sort(sources_);
  sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());
  if (!problems.empty()) return fail(ErrorCode::invalid, fmt::format("{}", fmt::join(problems, "\n")));
  app->sources = sources_;
  app->hosted = std::make_shared<const HostedApp>(
      HostedApp{std::make_shared<const RoomRoutes>(std::move(routes)), std::move(files.files)});
  return std::shared_ptr<const App>(std::move(app));
}

Result<Config> AppLoader::load_config(App& app) {
  auto overrides = overrides_of(options_.set, environ);
  if (!overrides) return overrides.error();
  app.overrides = *std::move(overrides);
  const fs::path path = folder_ / "entmoot.config.ts";
  if (!fs::exists(path)) {
    return config_from({.default_export = JsonText::of(boost::json::object()), .overrides = app.overrides});
  }
  auto graph = modules_.load(path);
  add_sources(modules_.files());
  if (!graph) return graph.error();
  const auto program = load_room_program(*graph, {{"process", environment()}});
  if (!program) return program.error();
  auto exported = probe(*program, "entmoot.config.ts", entry::default_export());
  if (!exported) return exported.error();
  app.written = *exported;
  auto source = read_file(path);
  if (!source) return source.error();
  return config_from(
      {.source = *std::move(source), .default_export = *std::move(exported), .overrides = app.overrides});
}

void AppLoader::load_rooms(const Config& config, RoomRoutes& routes, std::vector<std::string>& problems) {
  auto scripts = files_in(folder_ / "rooms", ".ts");
  for (auto& script : files_in(folder_ / "rooms", ".js")) scripts.push_back(std::move(script));
  if (scripts.empty()) {
    problems.emplace_back("rooms/: no room found; `entmoot new <folder>` creates an app to start from");
  }
  for (const auto& script : scripts) {
    auto route = rooms_.load(script, config);
    add_sources(modules_.files());
    if (!route) {
      problems.push_back(route.error().reason);
      continue;
    }
    const auto same = std::ranges::find(routes.routes, (*route)->pattern, [](const auto& r) { return r->pattern; });
    if (same != routes.routes.end()) {
      problems.push_back(
          fmt::format("{}: serves \"{}\", which {} serves already", (*route)->file, (*route)->pattern, (*same)->file));
      continue;
    }
    routes.routes.push_back(*std::move(route));
  }
  std::ranges::stable_sort(routes.routes, is_more_specific);
}

/// Limits for a route that no file serves are an error.
void AppLoader::check_limits(const Config& config, const RoomRoutes& routes, std::vector<std::string>& problems) const {
  for (const auto& [pattern, limits] : config.rooms) {
    const auto is_it = [&pattern = pattern](const auto& route) { return route->pattern == pattern; };
    if (std::ranges::any_of(routes.routes, is_it)) continue;
    const auto text = read_file(folder_ / "entmoot.config.ts");
    const std::array<std::string, 2> path = {"rooms", pattern};
    const Place place = SourcePlaces(text ? *text : std::string_view()).find(path);
    problems.push_back(fmt::format("entmoot.config.ts:{}:{}: `rooms` names \"{}\", but no file in rooms/ serves it",
                                   place.line, place.column, pattern));
  }
}

}  // namespace entmoot_app
