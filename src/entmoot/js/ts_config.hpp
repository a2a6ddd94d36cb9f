// SPDX-License-Identifier: MIT

#pragma once

// The tsconfig.json of an app: the part of it that matters when types are removed without being checked. See
// https://www.typescriptlang.org/tsconfig; `extends`, comments and trailing commas are supported.

#include <entmoot/base/result.hpp>
#include <entmoot/js/source_tree.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

class TsConfig {
 public:
  /// Reads `file` and what it extends. The error's reason begins with the name of the file that is wrong.
  [[nodiscard]] static Result<TsConfig> read(SourceTree& tree, const std::filesystem::path& file);

  /// Of "compilerOptions", those that change the JavaScript. As JSON.
  [[nodiscard]] const std::string& options() const noexcept { return options_; }
  /// Where a module that is imported by a name may be, by "paths" and "baseUrl": best first, with or without an
  /// extension.
  [[nodiscard]] std::vector<std::filesystem::path> candidates(std::string_view specifier) const;

 private:
  [[nodiscard]] Result<void> add(SourceTree& tree, const std::filesystem::path& file, int depth);
  [[nodiscard]] Result<void> extend(SourceTree& tree, const std::filesystem::path& from, const Json& bases, int depth);
  void add_options(const boost::json::object& options, const std::filesystem::path& folder);

  boost::json::object chosen_;
  std::string options_;
  std::optional<std::filesystem::path> base_url_;
  std::filesystem::path paths_folder_;  // that targets are relative to without a baseUrl
  std::map<std::string, std::vector<std::string>, std::less<>> paths_;  // pattern → targets
};

/// The tsconfig.json of each folder of a tree, read once.
class TsConfigs {
 public:
  explicit TsConfigs(SourceTree& tree) : tree_(tree) {}

  /// The nearest at or above `folder`, within the root; nullptr if there is none. Packages have none: their files are
  /// compiled before they are published.
  [[nodiscard]] Result<const TsConfig*> around(const std::filesystem::path& folder);
  void refresh() { known_.clear(); }

 private:
  SourceTree& tree_;
  std::map<std::filesystem::path, std::optional<TsConfig>> known_;  // by the folder that it is in
};

}  // namespace entmoot::js
