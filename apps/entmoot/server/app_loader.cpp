// SPDX-License-Identifier: MIT

#include "app_loader.hpp"

#include "../source_places.hpp"
#include "probe.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/js/source_tools.hpp>
#include <entmoot/web/digest.hpp>
#include <entmoot/web/fetch_policy.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <tuple>
#include <utility>

#include <unistd.h>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

constexpr std::size_t public_files_max = 10'000;
constexpr std::uintmax_t public_bytes_max = 256 * MiB;  // they are kept in memory

Result<std::string> read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::io, path.string() + ": cannot be read");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

/// All that was in the environment, as the configuration's process.env.
JsonText environment() {
  boost::json::object all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  try {
    return JsonText::of({{"env", std::move(all)}});
  } catch (const std::invalid_argument&) {
    return JsonText::of({{"env", boost::json::object()}});
  }
}

/// What a reload does not take up (docs/configuration.md).
std::string settings_of_start(const JsonText& default_export) {
  auto all = default_export.parse();
  if (!all || !all->is_object()) return {};
  for (const char* name : {"limits", "rooms", "handlers", "broadcastChannels", "publicCache"})
    all->as_object().erase(name);
  return to_json(*all);
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

/// Exact topics first, then the longer prefix: who says more is asked first.
bool says_more(const std::shared_ptr<const Route>& a, const std::shared_ptr<const Route>& b) {
  const bool exact_a = !a->pattern.ends_with('*');
  const bool exact_b = !b->pattern.ends_with('*');
  if (exact_a != exact_b) return exact_a;
  return a->pattern.size() > b->pattern.size();
}

}  // namespace

AppLoader::AppLoader(const fs::path& folder, Options options)
    : folder_(fs::weakly_canonical(folder)), options_(std::move(options)), modules_(folder_) {}

void AppLoader::watch(const std::vector<std::string>& files) {
  sources_.insert(sources_.end(), files.begin(), files.end());
}

/// Files may come and go while they are read, and links may lead in a circle.
Result<std::shared_ptr<const App>> AppLoader::load() try {
  return load_folder();
} catch (const fs::filesystem_error& error) {
  return fail(ErrorCode::io, fmt::format("{}: {}", error.path1().string(), error.code().message()));
}

Result<std::shared_ptr<const App>> AppLoader::load_folder() {
  sources_ = {folder_ / "entmoot.config.ts", folder_ / "rooms", folder_ / "public"};
  if (!fs::is_directory(folder_)) return fail(ErrorCode::not_found, folder_.string() + ": there is no such folder");
  auto app = std::make_shared<App>();
  app->folder = folder_;
  std::vector<std::string> problems;
  auto config = load_config(*app);
  if (config) {
    app->config = *std::move(config);
    if (options_.port) app->config.listener.port = *options_.port;
    if (options_.address) app->config.listener.address = *options_.address;
  } else {
    problems.push_back(config.error().reason);
  }

  if (const auto policy = FetchPolicy::parse(app->config.fetch); !policy) {
    problems.push_back("entmoot.config.ts: `fetch`: " + policy.error().reason);
  }
  auto scripts = files_in(folder_ / "rooms", ".ts");
  for (auto& script : files_in(folder_ / "rooms", ".js")) scripts.push_back(std::move(script));
  if (scripts.empty()) {
    problems.push_back("rooms/: there is no room in it; `entmoot new <folder>` makes an app to start from");
  }
  for (const auto& script : scripts) {
    auto route = load_route(script, app->config);
    if (!route) {
      problems.push_back(route.error().reason);
      continue;
    }
    const auto same = std::ranges::find(app->routes, (*route)->pattern, [](const auto& r) { return r->pattern; });
    if (same != app->routes.end()) {
      problems.push_back(
          fmt::format("{}: serves \"{}\", and so does {}", (*route)->file, (*route)->pattern, (*same)->file));
      continue;
    }
    app->routes.push_back(*std::move(route));
  }
  std::ranges::stable_sort(app->routes, says_more);
  for (const auto& room_limits : app->config.rooms) {
    const std::string& pattern = room_limits.first;
    const bool is_there =
        std::ranges::any_of(app->routes, [&](const auto& route) { return route->pattern == pattern; });
    if (!is_there && problems.empty()) {
      const auto text = read(folder_ / "entmoot.config.ts");
      const std::array<std::string, 2> path = {"rooms", pattern};
      const Place place = SourcePlaces(text ? *text : std::string_view()).find(path);
      problems.push_back(fmt::format("entmoot.config.ts:{}:{}: `rooms` names \"{}\", but no file in rooms/ serves it",
                                     place.line, place.column, pattern));
    }
  }
  if (auto served = load_public(*app); !served) problems.push_back(served.error().reason);

  std::ranges::sort(sources_);
  sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());
  if (!problems.empty()) return fail(ErrorCode::invalid, fmt::format("{}", fmt::join(problems, "\n")));
  app->sources = sources_;
  return std::shared_ptr<const App>(std::move(app));
}

Result<Config> AppLoader::load_config(App& app) {
  const fs::path path = folder_ / "entmoot.config.ts";
  if (!fs::exists(path)) return config_from({.default_export = JsonText::of(boost::json::object())});
  auto graph = modules_.load(path);
  watch(modules_.files());
  if (!graph) return graph.error();
  const auto program = Program::load(*graph, {{"process", environment()}});
  if (!program) return program.error();
  auto exported = probe(*program, "entmoot.config.ts", "entmoot:default");
  if (!exported) return exported.error();
  app.settings_of_start = settings_of_start(*exported);
  auto source = read(path);
  if (!source) return source.error();
  return config_from({.source = *std::move(source), .default_export = *std::move(exported)});
}

Result<std::shared_ptr<const Route>> AppLoader::load_route(const fs::path& file, const Config& config) {
  const std::string name = file.lexically_relative(folder_).string();
  // An editor that writes a file anew empties it first: rooms would go on in code that knows nothing.
  const auto text = read(file);
  if (!text) return text.error();
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(ErrorCode::invalid, name + ": there is nothing in it; a room exports `join` or `handleIn`, say");
  }
  auto graph = modules_.load(file);
  watch(modules_.files());
  if (!graph) return graph.error();

  std::string fingerprint;
  for (const auto& module : (*graph)->modules()) {
    fingerprint += module.name;
    for (const auto& code : {module.bytecode, module.body}) fingerprint += code ? sha256_hex(*code) : "-";
  }
  Known& known = known_[name];
  std::shared_ptr<const Route> same_code = known.fingerprint == fingerprint ? known.route : nullptr;
  // What a room has of the settings when it starts: with other ones it has to start anew.
  const std::string settings = to_json(boost::json::value_from(std::tuple(config.handlers, config.broadcast_channels)));
  if (same_code && known.settings == settings && config.limits_of(same_code->pattern) == same_code->limits) {
    return same_code;
  }

  const auto program = same_code ? Result<Program>(same_code->program) : Program::load(*graph);
  if (!program) return program.error();
  const auto described = probe(*program, name, "entmoot:describe", config.limits.budget);
  if (!described) return described.error();
  auto exports = RoomExports::from(*described);
  if (!exports) return fail(ErrorCode::invalid, name + ": " + exports.error().reason);

  const std::string pattern = exports->topic.value_or(file.stem().string() + ":*");
  const auto star = pattern.find('*');
  if (pattern.empty() || (star != std::string::npos && star + 1 != pattern.size())) {
    return fail(ErrorCode::invalid, fmt::format("{}: the topic \"{}\" may have one `*`, at its end", name, pattern));
  }
  std::string path;
  if (exports->has("handleRequest")) {
    path = exports->path.value_or("/" + std::string(pattern.substr(0, pattern.find(':'))) +
                                  (star == std::string::npos ? "" : "/:id"));
    if (!path.starts_with('/')) return fail(ErrorCode::invalid, fmt::format("{}: the path \"{}\" does not begin with a slash", name, path));
    const bool has_id = path.find("/:") != std::string::npos;
    if (has_id != (star != std::string::npos)) {
      return fail(ErrorCode::invalid, fmt::format("{}: the path \"{}\" names {}, but the topic is \"{}\"", name, path,
                              has_id ? "a room with :id" : "no room with :id", pattern));
    }
  } else if (exports->path) {
    return fail(ErrorCode::invalid, name + ": exports a path, but no handleRequest");
  }
  known = {std::move(fingerprint), settings,
           std::make_shared<const Route>(Route{.file = name,
                                               .pattern = pattern,
                                               .topics = TopicPattern(pattern),
                                               .path = std::move(path),
                                               .exports = *std::move(exports),
                                               .limits = config.limits_of(pattern),
                                               .program = *program})};
  return known.route;
}

Result<void> AppLoader::load_public(App& app) {
  const fs::path folder = folder_ / "public";
  std::error_code none;
  if (!fs::is_directory(folder, none)) return {};
  std::vector<std::pair<std::string, std::string>> files;  // name, content
  std::uintmax_t bytes = 0;
  std::vector<std::string> problems;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    sources_.push_back(entry.path());
    const std::string name = entry.path().lexically_relative(folder).string();
    const std::string last = entry.path().filename().string();
    if (entry.is_symlink() || !entry.is_regular_file() || last.starts_with('.') || last == "tsconfig.json" ||
        last.ends_with(".d.ts"))
      continue;
    bytes += entry.file_size();
    if (files.size() == public_files_max || bytes > public_bytes_max) {
      return fail(ErrorCode::limit, fmt::format("public/: more than {} files or {} MiB; serve them with a web server", public_files_max,
                              public_bytes_max / MiB));
    }
    auto content = read(entry.path());
    if (!content) return content.error();
    if (name.ends_with(".ts")) {
      auto stripped = tools_.strip_types("public/" + name, *content, js::SourceTools::Form::module);
      if (!stripped) {
        problems.push_back(stripped.error().reason);
        continue;
      }
      content = std::move(stripped);
    } else if (options_.develops && name.ends_with(".html")) {
      // HTML leaves the tags of the head to whoever writes it.
      const auto head = content->find("</head>");
      content->insert(head == std::string::npos ? content->size() : head,
                      R"(<script type="module" src="/entmoot/dev.js"></script>)");
    }
    files.emplace_back(name, *std::move(content));
  }
  if (!problems.empty()) return fail(ErrorCode::invalid, fmt::format("{}", fmt::join(problems, "\n")));
  std::vector<EmbeddedFile> table;
  table.reserve(files.size());
  for (const auto& [name, content] : files) table.push_back({name, content});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(app.config.public_cache).count();
  app.files.add(table, {.cache_control = seconds > 0 && !options_.develops ? fmt::format("public, max-age={}", seconds)
                                                                           : "no-cache"});
  return {};
}

}  // namespace entmoot_app
