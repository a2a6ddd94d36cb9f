// SPDX-License-Identifier: MIT

#pragma once

// What a package.json says about where a package's modules are: Node's rules for "exports" and "imports"
// (https://nodejs.org/api/packages.html), and the fields that bundlers agreed on: "module" and "browser". A room is
// nearer to a browser than to Node, so the browser's side is taken wherever there is one.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

/// Who asks: an import statement or require().
enum class Asked { import, require };

class PackageJson {
 public:
  /// `folder`: where it lies, absolute.
  [[nodiscard]] static Result<PackageJson> parse(std::string_view text, std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string_view name() const noexcept { return text_field("name"); }
  /// "module", "commonjs", or nothing.
  [[nodiscard]] std::string_view type() const noexcept { return text_field("type"); }
  [[nodiscard]] bool has_exports() const noexcept;

  /// The relative target of `subpath` ("." or "./x"); nothing: not exported.
  [[nodiscard]] std::optional<std::string> exported(std::string_view subpath, Asked asked) const;
  /// The target of `specifier` ("#x"): relative, or another package; nothing: not listed.
  [[nodiscard]] std::optional<std::string> imported(std::string_view specifier, Asked asked) const;
  /// Without "exports": what the package's name alone means, best first. Relative, without "./".
  [[nodiscard]] std::vector<std::string> mains(Asked asked) const;
  /// True if `file` (relative) is the file that the "module" field names.
  [[nodiscard]] bool is_module_field(std::string_view file) const;

  struct Replaced {
    bool by_nothing = false;  ///< An empty module stands for it.
    std::string target = {};
  };
  /// The "browser" field's word on `what`: another package's name, or "./file".
  [[nodiscard]] std::optional<Replaced> replaced(std::string_view what) const;

 private:
  PackageJson(Json json, std::filesystem::path folder) : json_(std::move(json)), folder_(std::move(folder)) {}
  [[nodiscard]] const Json* field(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view text_field(std::string_view name) const noexcept;

  Json json_;
  std::filesystem::path folder_;
};

}  // namespace entmoot::js
