// SPDX-License-Identifier: MIT

#pragma once

// An app's folder, as the module loader sees it. Files outside it are not accessible, not even by a symbolic link.
// Records every path that was looked up, found or not, because a file that appears later may change how an import
// resolves.

#include <entmoot/base/result.hpp>
#include <entmoot/js/package_json.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

/// Whether the module with this name (SourceTree::name_of) is in a package from npm.
[[nodiscard]] bool is_of_package(std::string_view name);

class SourceTree {
 public:
  /// `root` may be relative; it need not exist yet.
  explicit SourceTree(const std::filesystem::path& root);

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  /// Clears the cache and the recorded paths: files may have changed.
  void refresh();

  /// The file with all symbolic links resolved; nullopt if there is no regular file; an error if it is outside the
  /// root.
  [[nodiscard]] Result<std::optional<std::filesystem::path>> file(const std::filesystem::path& path);
  [[nodiscard]] bool is_folder(const std::filesystem::path& path);
  [[nodiscard]] Result<std::string> read(const std::filesystem::path& path) const;

  /// The package.json in `folder`; nullptr if it has none.
  [[nodiscard]] Result<const PackageJson*> package_in(const std::filesystem::path& folder);
  /// The nearest package.json at or above `folder`, within the root; nullptr if there is none.
  [[nodiscard]] Result<const PackageJson*> package_around(std::filesystem::path folder);

  /// "rooms/chat.ts"
  [[nodiscard]] std::string name_of(const std::filesystem::path& path) const;
  [[nodiscard]] bool contains(const std::filesystem::path& path) const;
  [[nodiscard]] std::vector<std::string> recorded_paths() const { return {seen_.begin(), seen_.end()}; }

 private:
  [[nodiscard]] Result<std::optional<PackageJson>> read_package(const std::filesystem::path& folder);

  std::filesystem::path root_;
  std::set<std::string> seen_;
  std::map<std::filesystem::path, std::optional<PackageJson>> packages_;
};

}  // namespace entmoot::js
