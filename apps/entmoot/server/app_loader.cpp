// SPDX-License-Identifier: MIT

#include "app_loader.hpp"

#include "../source_places.hpp"
#include "probe.hpp"
#include "public_files.hpp"
#include "read_file.hpp"

#include <entmoot/base/utf8.hpp>
#include <entmoot/js/typescript_compiler.hpp>
#include <entmoot/rooms/room_entries.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

constexpr std::array room_endings = {".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs"};

std::vector<fs::path> rooms_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool is_room = std::ranges::any_of(room_endings, [&](const char* ending) { return name.ends_with(ending); });
    if (is_room && entry.is_regular_file(ignored) && name.find(".d.") == std::string::npos && !name.starts_with('.')) {
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
  auto loaded = load_folder();
  modules_.typescript().rest();
  return loaded;
} catch (const fs::filesystem_error& error) {
  return fail(ErrorCode::io, fmt::format("{}: {}", error.path1().string(), error.code().message()));
}

Result<std::shared_ptr<const App>> AppLoader::load_folder() {
  sources_ = {folder_ / "entmoot.config.ts", folder_ / "rooms", folder_ / "public"};
  if (!fs::is_directory(folder_)) return fail(ErrorCode::not_found, folder_.string() + ": no such folder");
  auto app = std::make_shared<App>();
  app->folder = folder_;
  auto environment = load_environment();
  if (!environment) return environment.error();
  std::vector<std::string> problems;
  auto config = load_config(*app, *environment);
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
  check_variables(app->config, *environment, problems);
  load_rooms(app->config, *environment, routes, problems);
  if (problems.empty()) check_limits(app->config, routes, problems);

  auto files = load_public_files(folder_ / "public", modules_,
                                 {.cache = app->config.public_cache,
                                  .page = app->config.pages,
                                  .fallback = app->config.public_fallback,
                                  .develops = options_.develops});
  sources_.insert(sources_.end(), files.seen.begin(), files.seen.end());
  add_sources(modules_.files());
  problems.insert(problems.end(), files.problems.begin(), files.problems.end());

  std::ranges::sort(sources_);
  sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());
  if (!problems.empty()) return fail(ErrorCode::invalid, fmt::format("{}", fmt::join(problems, "\n")));
  app->sources = sources_;
  app->hosted = std::make_shared<const HostedApp>(
      HostedApp{std::make_shared<const RoomRoutes>(std::move(routes)), std::move(files.files)});
  return std::shared_ptr<const App>(std::move(app));
}

Result<Environment> AppLoader::load_environment() {
  auto environment = Environment::of_process();
  if (!options_.dotenv) return environment;
  const fs::path file = folder_ / ".env";
  sources_.push_back(file);
  if (auto added = environment.add_dotenv(file); !added) return added.error();
  return environment;
}

/// A room whose key is missing would fail at its first use, in front of its clients.
void AppLoader::check_variables(const Config& config, const Environment& environment,
                                std::vector<std::string>& problems) const {
  if (!options_.needs_variables) return;
  for (const std::string& name : config.env) {
    const auto state = environment.state_of(name);
    if (state == Environment::State::set) continue;
    const auto text = read_file(folder_ / "entmoot.config.ts");
    const std::array<std::string, 1> path = {"env"};
    const Place place = SourcePlaces(text ? *text : std::string_view()).find(path);
    const std::string at =
        fmt::format("entmoot.config.ts:{}:{}: `env` names {}, which", place.line, place.column, name);
    problems.push_back(state == Environment::State::not_utf8
                           ? at + " is not UTF-8 in the environment"
                           : fmt::format("{} the environment does not have: set it{}", at,
                                         options_.dotenv ? ", or add it to the app's .env"
                                                         : " (.env is read under --watch, by `entmoot test` and "
                                                           "`entmoot check` only)"));
  }
}

Result<Config> AppLoader::load_config(App& app, const Environment& environment) {
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
  const auto program = load_room_program(*graph, {{"process", process_of(environment.all())}});
  if (!program) return program.error();
  auto exported = probe(*program, "entmoot.config.ts", entry::default_export());
  if (!exported) return exported.error();
  app.written = *exported;
  auto source = read_file(path);
  if (!source) return source.error();
  return config_from(
      {.source = *std::move(source), .default_export = *std::move(exported), .overrides = app.overrides});
}

void AppLoader::load_rooms(const Config& config, const Environment& environment, RoomRoutes& routes,
                           std::vector<std::string>& problems) {
  const Variables env = environment.only(config.env);
  const auto scripts = rooms_in(folder_ / "rooms");
  if (scripts.empty()) {
    problems.emplace_back("rooms/: no room found; `entmoot new <folder>` creates an app to start from");
  }
  for (const auto& script : scripts) {
    auto route = rooms_.load(script, config, env);
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
