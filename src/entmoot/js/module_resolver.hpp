// SPDX-License-Identifier: MIT

#pragma once

// From what a module wrote after `from` to a file: Node's rules, with the endings that TypeScript's authors leave out
// or write differently ("./util", "./util.js" for util.ts).
//
//   ./x ../x       a file beside the asking one: as written, with an ending, or a folder's index
//   x  @a/x  x/y   a package: node_modules of the asking file's folder and of those above it, up to the root
//   #x             the "imports" of the asking file's own package
//
// Errors name the specifier and say what to do; who asked is the caller's to say.

#include <entmoot/base/result.hpp>
#include <entmoot/js/package_json.hpp>
#include <entmoot/js/source_tree.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot::js {

/// A file; or, without a path, the empty module that a package puts in a module's place ("browser": {"x": false}).
struct Resolved {
  std::filesystem::path file;
};

class ModuleResolver {
 public:
  explicit ModuleResolver(SourceTree& tree) : tree_(tree) {}

  /// `from`: the asking file, absolute.
  [[nodiscard]] Result<Resolved> resolve(std::string_view specifier, const std::filesystem::path& from, Asked asked);

 private:
  using Found = Result<std::optional<std::filesystem::path>>;
  /// As written, with another ending, or as a folder. `sources_first`: an app's own files, where .ts comes before .js.
  [[nodiscard]] Found find_file(const std::filesystem::path& path, Asked asked);
  [[nodiscard]] Found find_main(const std::filesystem::path& folder, Asked asked);
  [[nodiscard]] Result<Resolved> resolve_file(std::string_view specifier, const std::filesystem::path& path,
                                              Asked asked);
  [[nodiscard]] Result<Resolved> resolve_package(std::string_view specifier, const std::filesystem::path& from,
                                                 Asked asked);
  [[nodiscard]] Result<Resolved> resolve_import(std::string_view specifier, const std::filesystem::path& from,
                                                Asked asked);
  [[nodiscard]] Result<Resolved> inside(const PackageJson* package, const std::filesystem::path& folder,
                                        std::string_view specifier, std::string_view subpath, Asked asked);
  /// The "browser" field's word on a file of the package that it lies in.
  [[nodiscard]] Result<Resolved> for_browser(const std::filesystem::path& file, Asked asked);

  SourceTree& tree_;
};

}  // namespace entmoot::js
