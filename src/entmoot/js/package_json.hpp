// SPDX-License-Identifier: MIT

#pragma once

// Finds a package's modules through its package.json: Node's rules for "exports" and "imports"
// (https://nodejs.org/api/packages.html), and the fields "module" and "browser" of the bundlers. A room is more similar
// to a browser than to Node, so the browser variant is preferred.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

/// The kind of the request: import or require().
enum class ImportKind { import, require };

class PackageJson {
 public:
  /// `folder`: the absolute path of its folder.
  [[nodiscard]] static Result<PackageJson> parse(std::string_view text, std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string_view name() const noexcept { return text_field("name"); }
  /// "module", "commonjs", or empty.
  [[nodiscard]] std::string_view type() const noexcept { return text_field("type"); }
  [[nodiscard]] bool has_exports() const noexcept;

  /// The relative target of `subpath` ("." or "./x"); nullopt if it is not exported.
  [[nodiscard]] std::optional<std::string> exported(std::string_view subpath, ImportKind kind) const;
  /// The target of `specifier` ("#x"): relative, or another package; nullopt if it is not listed.
  [[nodiscard]] std::optional<std::string> imported(std::string_view specifier, ImportKind kind) const;
  /// Without "exports": the candidates for the package's main file, best first. Relative, without "./".
  [[nodiscard]] std::vector<std::string> mains(ImportKind kind) const;
  /// Whether the "module" field names `file` (relative).
  [[nodiscard]] bool is_module_field(std::string_view file) const;

  struct Replaced {
    bool by_empty_module = false;  ///< Replaced by the empty module.
    std::string target = {};
  };
  /// The replacement for `what` (a package's name, or "./file") in the "browser" field.
  [[nodiscard]] std::optional<Replaced> replaced(std::string_view what) const;

 private:
  PackageJson(Json json, std::filesystem::path folder) : json_(std::move(json)), folder_(std::move(folder)) {}
  [[nodiscard]] const Json* field(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view text_field(std::string_view name) const noexcept;

  Json json_;
  std::filesystem::path folder_;
};

}  // namespace entmoot::js
