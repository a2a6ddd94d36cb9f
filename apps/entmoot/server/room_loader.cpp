// SPDX-License-Identifier: MIT

#include "room_loader.hpp"

#include "probe.hpp"
#include "read_file.hpp"

#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/web/digest.hpp>

#include <fmt/format.h>
#include <boost/json/value_from.hpp>

#include <string_view>
#include <tuple>
#include <utility>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

std::string fingerprint_of(const js::ModuleGraph& graph) {
  std::string fingerprint;
  for (const auto& module : graph.modules()) {
    fingerprint += module.name;
    for (const auto& code : {module.bytecode, module.body}) fingerprint += code ? sha256_hex(*code) : "-";
  }
  return fingerprint;
}

Result<std::string> pattern_of(const std::string& file, const RoomExports& exports) {
  std::string pattern = exports.topic.value_or(fs::path(file).stem().string() + ":*");
  const auto star = pattern.find('*');
  if (pattern.empty() || (star != std::string::npos && star + 1 != pattern.size())) {
    return fail(ErrorCode::invalid, fmt::format("{}: the topic \"{}\" may contain one `*`, at its end", file, pattern));
  }
  return pattern;
}

/// The path of handleRequest; empty if it is not exported.
Result<std::string> path_of(const std::string& file, const RoomExports& exports, const std::string& pattern) {
  if (!exports.has("handleRequest")) {
    if (!exports.path) return std::string();
    return fail(ErrorCode::invalid, file + ": exports `path`, but no `handleRequest`");
  }
  const bool is_exact = pattern.find('*') == std::string::npos;
  std::string path = exports.path.value_or("/" + pattern.substr(0, pattern.find(':')) + (is_exact ? "" : "/:id"));
  if (!path.starts_with('/')) {
    return fail(ErrorCode::invalid, fmt::format("{}: the path \"{}\" must begin with a slash", file, path));
  }
  const auto id = path.find("/:");
  const bool has_id = id != std::string::npos;
  if (has_id && path.find("/:", id + 1) != std::string::npos) {
    return fail(
        ErrorCode::invalid,
        fmt::format("{}: the path \"{}\" may have one part like \":id\", which is the room's id; what follows it "
                    "is handleRequest's to read from `path`",
                    file, path));
  }
  if (has_id == is_exact) {
    return fail(ErrorCode::invalid, fmt::format("{}: the path \"{}\" {}, but the topic is \"{}\"", file, path,
                                                has_id ? "contains :id" : "does not contain :id", pattern));
  }
  return path;
}

}  // namespace

Result<std::shared_ptr<const RoomRoute>> RoomLoader::load(const fs::path& file, const Config& config,
                                                          const Variables& env) {
  const std::string name = file.lexically_relative(folder_).string();
  // An editor may truncate a file before writing it; rooms must not reload an empty program.
  const auto text = read_file(file);
  if (!text) return text.error();
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(ErrorCode::invalid, name + ": the file is empty; a room exports `join` or `handleIn`");
  }
  auto graph = modules_.load(file);
  if (!graph) return graph.error();

  std::string fingerprint = fingerprint_of(**graph);
  Known& known = known_[name];
  auto same_code = known.fingerprint == fingerprint && known.env == env ? known.route : nullptr;
  // An actor receives these settings when it starts, so a change requires new actors.
  const std::string settings = to_json(boost::json::value_from(std::tuple(config.handlers, config.broadcast_channels)));
  if (same_code && known.settings == settings && config.limits_of(same_code->pattern) == same_code->limits) {
    return same_code;
  }

  // Without variables there is no `process`, which is how packages tell a room from Node.
  js::Globals globals;
  if (!env.empty()) globals.emplace("process", process_of(env));
  const Secrets secrets({env.begin(), env.end()});
  const auto program = same_code ? Result<Program>(same_code->program) : load_room_program(*graph, globals);
  if (!program) return program.error();
  const auto described = probe(*program, name, entry::describe(), {.budget = config.limits.budget, .secrets = secrets});
  if (!described) return described.error();
  auto exports = RoomExports::from(*described);
  if (!exports) return fail(exports.error().code, name + ": " + exports.error().reason);
  auto pattern = pattern_of(name, *exports);
  if (!pattern) return pattern.error();
  auto path = path_of(name, *exports, *pattern);
  if (!path) return path.error();
  known = {std::move(fingerprint), settings, env,
           std::make_shared<const RoomRoute>(RoomRoute{.file = name,
                                                       .pattern = *pattern,
                                                       .topics = TopicPattern(*pattern),
                                                       .path = *std::move(path),
                                                       .exports = *std::move(exports),
                                                       .limits = config.limits_of(*pattern),
                                                       .program = *program,
                                                       .secrets = secrets})};
  return known.route;
}

}  // namespace entmoot_app
