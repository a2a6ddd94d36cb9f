// SPDX-License-Identifier: MIT

#include "overrides.hpp"

#include "settings.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/base/nearest_name.hpp>
#include <entmoot/base/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::string_view prefix = "ENTMOOT_";
constexpr std::string_view limits = "limits.";
constexpr std::string_view rooms = "rooms.";

/// All settings and the types of their values, by name: "limits.heap".
const std::map<std::string, std::string, std::less<>>& types() {
  static const auto all = [] {
    std::map<std::string, std::string, std::less<>> types;
    for (const auto& setting : app_settings().all()) types.emplace(setting.name, setting.type);
    for (const auto& setting : limit_settings().all()) types.emplace(std::string(limits) + setting.name, setting.type);
    return types;
  }();
  return all;
}

/// The path of "rooms.chat:*.history.entries". A route's pattern may contain dots: the longest limit that the name ends
/// with decides where it ends.
std::optional<std::vector<std::string>> path_of_route(std::string_view name) {
  name.remove_prefix(rooms.size());
  std::string_view longest;
  for (const auto& setting : limit_settings().all()) {
    const std::string end = '.' + setting.name;
    if (name.size() > end.size() && name.ends_with(end) && setting.name.size() > longest.size()) longest = setting.name;
  }
  if (longest.empty()) return std::nullopt;
  std::vector<std::string> path{"rooms", std::string(name.substr(0, name.size() - longest.size() - 1))};
  for (auto& part : path_of(longest)) path.push_back(std::move(part));
  return path;
}

/// A text, for a setting that takes one; otherwise JSON if it is some.
Json value_of(std::string_view text, std::string_view type) {
  if (type != "string") {
    if (auto json = parse_json(text)) return *std::move(json);
  }
  return Json(text);
}

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& names) {
  const auto near = nearest_name(written, names);
  return near.empty() ? std::string("`entmoot config` lists all settings") : fmt::format("did you mean `{}`?", near);
}

Result<Override> from_option(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return fail(ErrorCode::invalid,
                fmt::format("--set {}: a setting and its value are expected, such as limits.heap=32MB", text));
  }
  const std::string name = text.substr(0, equals);
  const std::string_view value = std::string_view(text).substr(equals + 1);
  const std::string source = "--set " + name;
  if (const auto known = types().find(name); known != types().end()) {
    return Override{path_of(name), value_of(value, known->second), source};
  }
  if (name.starts_with(rooms)) {
    if (auto path = path_of_route(name)) return Override{*std::move(path), value_of(value, ""), source};
  }
  std::vector<std::string_view> names;
  for (const auto& [known, type] : types()) names.push_back(known);
  return fail(ErrorCode::invalid,
              fmt::format("{}: `{}` is not a setting; {}", source, name, did_you_mean(name, names)));
}

/// Nothing: it is somebody else's variable.
std::optional<Result<Override>> from_variable(std::string_view variable, std::string_view value,
                                              const std::map<std::string, std::string, std::less<>>& settings) {
  const auto known = settings.find(variable);
  if (known != settings.end()) {
    if (!is_utf8(value)) return fail(ErrorCode::invalid, fmt::format("{}: its value is not UTF-8", variable));
    return Override{path_of(known->second), value_of(value, types().find(known->second)->second),
                    std::string(variable)};
  }
  std::vector<std::string_view> names;
  names.reserve(settings.size());
  // Without what all of them begin with, which would make any two similar.
  for (const auto& [name, setting] : settings) names.push_back(std::string_view(name).substr(prefix.size()));
  const auto near = nearest_name(variable.substr(prefix.size()), names);
  if (near.empty()) return std::nullopt;
  return fail(ErrorCode::invalid,
              fmt::format("{} is not a setting; did you mean {}{}?", log::quoted(variable), prefix, near));
}

}  // namespace

std::vector<std::string> path_of(std::string_view name) {
  std::vector<std::string> path;
  for (std::size_t at = 0; at <= name.size();) {
    const auto end = std::min(name.find('.', at), name.size());
    path.emplace_back(name.substr(at, end - at));
    at = end + 1;
  }
  return path;
}

std::string variable_of(std::string_view setting) {
  std::string name(prefix);
  for (const char letter : setting) {
    const bool capital = letter >= 'A' && letter <= 'Z';
    if (capital || letter == '.') name += '_';
    if (letter != '.') name += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return name;
}

Result<std::vector<Override>> overrides_of(std::span<const std::string> set, const char* const* environment) {
  std::map<std::string, std::string, std::less<>> variables;
  for (const auto& [name, type] : types()) variables.emplace(variable_of(name), name);
  std::vector<Override> all;
  std::vector<std::string> problems;
  const auto take = [&](Result<Override> one) {
    if (one) {
      all.push_back(*std::move(one));
    } else {
      problems.push_back(one.error().reason);
    }
  };
  for (; environment && *environment; ++environment) {
    const std::string_view entry = *environment;
    const auto equals = entry.find('=');
    if (!entry.starts_with(prefix) || equals == std::string_view::npos) continue;
    if (auto one = from_variable(entry.substr(0, equals), entry.substr(equals + 1), variables)) take(*std::move(one));
  }
  for (const std::string& text : set) take(from_option(text));
  std::ranges::sort(problems);
  if (!problems.empty()) return fail(ErrorCode::invalid, fmt::format("{}", fmt::join(problems, "\n")));
  return all;
}

void apply(const std::vector<Override>& overrides, Json& settings) {
  for (const Override& each : overrides) {
    Json* at = &settings;
    for (const std::string& key : each.path) {
      if (at->is_null()) *at = boost::json::object();
      auto* object = at->if_object();
      at = object ? &(*object)[key] : nullptr;
      if (!at) break;  // the file has no object there, which is an error of its own
    }
    if (at) *at = each.value;
  }
}

}  // namespace entmoot_app
