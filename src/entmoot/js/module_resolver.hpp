// SPDX-License-Identifier: MIT

#pragma once

// Resolves a module specifier to a file: Node's rules, plus the extensions that TypeScript authors omit or write
// differently ("./util", "./util.js" for util.ts), and "paths" and "baseUrl" of tsconfig.json.
//
//   ./x ../x       a file relative to the importing one: as written, with an extension, or a folder's index
//   x  @a/x  x/y   a package: node_modules of the importing file's folder and of the folders above, up to the root
//   #x             the "imports" of the importing file's own package
//
// Errors name the specifier and what to do; the caller adds the importing file.

#include <entmoot/base/result.hpp>
#include <entmoot/js/package_json.hpp>
#include <entmoot/js/source_tree.hpp>
#include <entmoot/js/ts_config.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot::js {

/// A file. Without a path: the empty module that replaces a module ("browser": {"x": false}).
struct Resolved {
  std::filesystem::path file;
};

class ModuleResolver {
 public:
  ModuleResolver(SourceTree& tree, TsConfigs& configs) : tree_(tree), configs_(configs) {}

  /// `from`: the absolute path of the importing file.
  [[nodiscard]] Result<Resolved> resolve(std::string_view specifier, const std::filesystem::path& from,
                                         ImportKind kind);

 private:
  using Found = Result<std::optional<std::filesystem::path>>;
  /// As written, with another extension, or as a folder. In the app's own files .ts takes precedence over .js.
  [[nodiscard]] Found find_file(const std::filesystem::path& path, ImportKind kind);
  /// By "paths" and "baseUrl".
  [[nodiscard]] Found find_configured(std::string_view specifier, const std::filesystem::path& from, ImportKind kind);
  [[nodiscard]] Found find_main(const std::filesystem::path& folder, ImportKind kind);
  [[nodiscard]] Result<Resolved> resolve_file(std::string_view specifier, const std::filesystem::path& path,
                                              ImportKind kind);
  [[nodiscard]] Result<Resolved> resolve_package(std::string_view specifier, const std::filesystem::path& from,
                                                 ImportKind kind);
  [[nodiscard]] Result<Resolved> resolve_import(std::string_view specifier, const std::filesystem::path& from,
                                                ImportKind kind);
  [[nodiscard]] Result<Resolved> inside(const PackageJson* package, const std::filesystem::path& folder,
                                        std::string_view specifier, std::string_view subpath, ImportKind kind);
  /// Applies the "browser" field of the package that contains the file.
  [[nodiscard]] Result<Resolved> for_browser(const std::filesystem::path& file, ImportKind kind);

  SourceTree& tree_;
  TsConfigs& configs_;
};

}  // namespace entmoot::js
