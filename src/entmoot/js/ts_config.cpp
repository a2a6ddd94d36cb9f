// SPDX-License-Identifier: MIT

#include <entmoot/js/ts_config.hpp>

#include <entmoot/base/json.hpp>
#include <entmoot/js/text_lines.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace entmoot::js {

namespace fs = std::filesystem;

namespace {

constexpr int extends_max = 32;

// https://esbuild.github.io/content-types/#tsconfig-json
constexpr std::array understood = {"alwaysStrict",
                                   "experimentalDecorators",
                                   "importsNotUsedAsValues",
                                   "jsx",
                                   "jsxFactory",
                                   "jsxFragmentFactory",
                                   "jsxImportSource",
                                   "preserveValueImports",
                                   "strict",
                                   "target",
                                   "useDefineForClassFields",
                                   "verbatimModuleSyntax"};

/// JSON with comments and trailing commas. The error's reason is "line:column: …".
Result<Json> parse_with_comments(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  boost::json::parse_options lenient;
  lenient.allow_comments = true;
  lenient.allow_trailing_commas = true;
  boost::json::stream_parser parser({}, lenient);
  boost::system::error_code error;
  const std::size_t read = parser.write(text, error);
  if (!error) parser.finish(error);
  if (!error) return parser.release();
  const auto before = text.substr(0, read);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto column = read - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
  return fail(ErrorCode::invalid, to_string(TextPlace{static_cast<int>(line), static_cast<int>(column)}) +
                                      ": is no JSON: " + error.message());
}

std::string_view text_of(const boost::json::object& from, std::string_view key) {
  const Json* found = from.if_contains(key);
  return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

/// The file that `extends` names; empty if there is none.
Result<fs::path> find_base(SourceTree& tree, const fs::path& folder, std::string_view name) {
  std::vector<fs::path> places;
  if (name.starts_with("./") || name.starts_with("../") || name == "." || name == "..") {
    places.push_back(folder / name);
  } else {
    for (fs::path at = folder; tree.contains(at); at = at.parent_path()) places.push_back(at / "node_modules" / name);
  }
  for (const fs::path& place : places) {
    for (const char* ending : {"", ".json", "/tsconfig.json"}) {
      fs::path path = place;
      path += ending;
      auto found = tree.file(path.lexically_normal());
      if (!found) return found.error();
      if (std::optional<fs::path>& file = *found) return *std::move(file);
    }
  }
  return fs::path();
}

/// What `*` stands for, if the pattern matches.
std::optional<std::string_view> match(std::string_view pattern, std::string_view specifier) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == specifier ? std::optional(std::string_view()) : std::nullopt;
  const auto before = pattern.substr(0, star);
  const auto after = pattern.substr(star + 1);
  if (specifier.size() < before.size() + after.size() || !specifier.starts_with(before) || !specifier.ends_with(after))
    return std::nullopt;
  return specifier.substr(before.size(), specifier.size() - before.size() - after.size());
}

}  // namespace

Result<TsConfig> TsConfig::read(SourceTree& tree, const fs::path& file) {
  TsConfig config;
  if (auto added = config.add(tree, file, 0); !added) return added.error();
  boost::json::object& options = config.chosen_;
  // The engine does not read JSX, so it is never preserved. Without "jsx", factories are those of the classic
  // transform.
  const auto jsx = text_of(options, "jsx");
  if (jsx == "preserve" || jsx == "react-native") options["jsx"] = "react-jsx";
  if (jsx.empty() && options.contains("jsxFactory")) options["jsx"] = "react";
  config.options_ = boost::json::serialize(options);
  return config;
}

Result<void> TsConfig::add(SourceTree& tree, const fs::path& file, int depth) {
  const std::string name = tree.name_of(file);
  if (depth > extends_max) return fail(ErrorCode::invalid, name + ": \"extends\" leads back to the same file");
  const auto text = tree.read(file);
  if (!text) return text.error();
  const auto json = parse_with_comments(*text);
  if (!json) return fail(ErrorCode::invalid, name + ":" + json.error().reason);
  const auto* fields = json->if_object();
  if (!fields) return fail(ErrorCode::invalid, name + ": must be an object");
  if (const Json* bases = fields->if_contains("extends")) {
    if (auto extended = extend(tree, file, *bases, depth); !extended) return extended;
  }
  if (const Json* options = fields->if_contains("compilerOptions"); options && options->is_object())
    add_options(options->get_object(), file.parent_path());
  return {};
}

Result<void> TsConfig::extend(SourceTree& tree, const fs::path& from, const Json& bases, int depth) {
  const auto names = bases.is_array() ? bases.get_array() : boost::json::array{bases};
  for (const Json& base : names) {
    if (!base.is_string()) return fail(ErrorCode::invalid, tree.name_of(from) + ": \"extends\" must be a file's name");
    const std::string_view name = base.get_string();
    const auto found = find_base(tree, from.parent_path(), name);
    if (!found)
      return fail(ErrorCode::invalid,
                  tree.name_of(from) + ": cannot extend \"" + std::string(name) + "\": " + found.error().reason);
    if (found->empty())
      return fail(ErrorCode::not_found,
                  tree.name_of(from) + ": cannot find \"" + std::string(name) + "\", which it extends");
    if (auto added = add(tree, *found, depth + 1); !added) return added;
  }
  return {};
}

void TsConfig::add_options(const boost::json::object& options, const fs::path& folder) {
  for (const char* name : understood) {
    if (const Json* value = options.if_contains(name)) chosen_[name] = *value;
  }
  if (const auto base = text_of(options, "baseUrl"); !base.empty()) base_url_ = folder / base;
  const Json* paths = options.if_contains("paths");
  if (!paths || !paths->is_object()) return;
  paths_.clear();
  paths_folder_ = folder;
  for (const auto& [pattern, targets] : paths->get_object()) {
    auto& list = paths_[std::string(pattern)];
    if (!targets.is_array()) continue;
    for (const Json& target : targets.get_array()) {
      if (target.is_string()) list.emplace_back(target.get_string());
    }
  }
}

std::vector<fs::path> TsConfig::candidates(std::string_view specifier) const {
  std::vector<fs::path> found;
  // A pattern without a star comes first, then the longest part before it.
  const std::pair<const std::string, std::vector<std::string>>* best = nullptr;
  const auto weight = [](std::string_view pattern) {
    const auto star = pattern.find('*');
    return star == std::string_view::npos ? std::string_view::npos : star;
  };
  for (const auto& entry : paths_) {
    if (match(entry.first, specifier) && (!best || weight(entry.first) > weight(best->first))) best = &entry;
  }
  if (best) {
    const std::string_view star = match(best->first, specifier).value_or("");
    for (std::string target : best->second) {
      if (const auto at = target.find('*'); at != std::string::npos) target.replace(at, 1, star);
      found.push_back((base_url_.value_or(paths_folder_) / target).lexically_normal());
    }
  }
  if (base_url_) found.push_back((*base_url_ / specifier).lexically_normal());
  return found;
}

Result<const TsConfig*> TsConfigs::around(const fs::path& folder) {
  if (is_of_package(tree_.name_of(folder / "file"))) return nullptr;
  for (fs::path at = folder; tree_.contains(at); at = at.parent_path()) {
    auto known = known_.find(at);
    if (known == known_.end()) {
      const auto file = tree_.file(at / "tsconfig.json");
      std::optional<TsConfig> read;
      // A link to a file elsewhere is none.
      if (const auto found = file ? *file : std::nullopt) {
        auto config = TsConfig::read(tree_, *found);
        if (!config) return config.error();
        read = *std::move(config);
      }
      known = known_.emplace(at, std::move(read)).first;
    }
    if (const std::optional<TsConfig>& config = known->second) return &*config;
  }
  return nullptr;
}

}  // namespace entmoot::js
