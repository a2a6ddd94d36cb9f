// SPDX-License-Identifier: MIT

#include <entmoot/js/package_json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <utility>

namespace entmoot::js {

namespace {

using boost::json::object;

bool holds(std::string_view condition, ImportKind kind) {
  return condition == "default" || condition == "browser" ||
         condition == (kind == ImportKind::import ? "import" : "require");
}

// Resolves a target: a path, the first condition that holds, the first match of a list, or null ("excluded": the inner
// optional is empty). The outer optional is empty if nothing matches.
std::optional<std::optional<std::string>> choose(const Json& target, std::string_view star, ImportKind kind) {
  if (target.is_null()) return std::optional<std::string>();
  if (target.is_string()) {
    std::string path(target.get_string());
    for (auto at = path.find('*'); at != std::string::npos; at = path.find('*', at + star.size()))
      path.replace(at, 1, star);
    return path;
  }
  if (target.is_array()) {
    for (const Json& each : target.get_array()) {
      if (auto chosen = choose(each, star, kind); chosen && *chosen) return chosen;
    }
    return std::nullopt;
  }
  if (target.is_object()) {
    for (const auto& [condition, inner] : target.get_object()) {
      if (!holds(condition, kind)) continue;
      if (auto chosen = choose(inner, star, kind)) return chosen;
    }
  }
  return std::nullopt;
}

// The entry for `key`: itself, or the pattern with the longest part before its '*'.
std::optional<std::string> look_up(const object& table, std::string_view key, ImportKind kind) {
  if (const Json* exact = table.if_contains(key); exact && key.find('*') == std::string_view::npos)
    return choose(*exact, {}, kind).value_or(std::nullopt);
  const Json* best = nullptr;
  std::size_t longest = 0;
  std::string_view star;
  for (const auto& [pattern, target] : table) {
    const std::string_view text = pattern;
    const auto at = text.find('*');
    if (at == std::string_view::npos) continue;
    const auto before = text.substr(0, at);
    const auto after = text.substr(at + 1);
    if (!key.starts_with(before) || !key.ends_with(after) || key.size() < text.size()) continue;
    if (best && before.size() <= longest) continue;
    best = &target;
    longest = before.size();
    star = key.substr(before.size(), key.size() - before.size() - after.size());
  }
  return best ? choose(*best, star, kind).value_or(std::nullopt) : std::nullopt;
}

std::string_view without_dot(std::string_view path) { return path.starts_with("./") ? path.substr(2) : path; }

}  // namespace

Result<PackageJson> PackageJson::parse(std::string_view text, std::filesystem::path folder) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_object()) return fail(ErrorCode::invalid, "must be an object");
  return PackageJson(std::move(*json), std::move(folder));
}

const Json* PackageJson::field(std::string_view name) const noexcept { return json_.get_object().if_contains(name); }

std::string_view PackageJson::text_field(std::string_view name) const noexcept {
  const Json* found = field(name);
  return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

bool PackageJson::has_exports() const noexcept {
  const Json* exports = field("exports");
  return exports && !exports->is_null();
}

std::optional<std::string> PackageJson::exported(std::string_view subpath, ImportKind kind) const {
  const Json& exports = *field("exports");
  // Either a table of subpaths, or the target of ".".
  const object* table = exports.if_object();
  if (table && !table->empty() && table->begin()->key().starts_with('.')) return look_up(*table, subpath, kind);
  if (subpath != ".") return std::nullopt;
  return choose(exports, {}, kind).value_or(std::nullopt);
}

std::optional<std::string> PackageJson::imported(std::string_view specifier, ImportKind kind) const {
  const Json* imports = field("imports");
  if (!imports || !imports->is_object()) return std::nullopt;
  return look_up(imports->get_object(), specifier, kind);
}

std::vector<std::string> PackageJson::mains(ImportKind kind) const {
  std::vector<std::string> out;
  const auto add = [&](std::string_view name) {
    if (const auto path = text_field(name); !path.empty()) out.emplace_back(without_dot(path));
  };
  // In a package with a "module" field, "browser" is usually one file for script tags, so "module" is preferred.
  if (kind == ImportKind::import) add("module");
  add("browser");
  add("main");
  out.emplace_back("index");
  return out;
}

bool PackageJson::is_module_field(std::string_view file) const {
  return !file.empty() && without_dot(text_field("module")) == file;
}

std::optional<PackageJson::Replaced> PackageJson::replaced(std::string_view what) const {
  const Json* browser = field("browser");
  if (!browser || !browser->is_object()) return std::nullopt;
  const Json* found = browser->get_object().if_contains(what);
  if (!found) return std::nullopt;
  if (found->is_string()) return Replaced{.target = std::string(found->get_string())};
  if (found->is_bool() && !found->get_bool()) return Replaced{.by_empty_module = true};
  return std::nullopt;
}

}  // namespace entmoot::js
