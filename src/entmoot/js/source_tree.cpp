// SPDX-License-Identifier: MIT

#include <entmoot/js/source_tree.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace entmoot::js {

namespace fs = std::filesystem;

bool is_of_package(std::string_view name) {
  return name.starts_with("node_modules/") || name.find("/node_modules/") != std::string_view::npos;
}

SourceTree::SourceTree(const fs::path& root) {
  std::error_code ignored;
  root_ = fs::weakly_canonical(fs::absolute(root), ignored);
  if (!root_.has_filename()) root_ = root_.parent_path();  // a slash at the end
}

void SourceTree::refresh() {
  seen_.clear();
  packages_.clear();
}

bool SourceTree::contains(const fs::path& path) const {
  return std::mismatch(root_.begin(), root_.end(), path.begin(), path.end()).first == root_.end();
}

std::string SourceTree::name_of(const fs::path& path) const { return path.lexically_relative(root_).generic_string(); }

Result<std::optional<fs::path>> SourceTree::file(const fs::path& path) {
  const fs::path wanted = path.lexically_normal();
  if (!contains(wanted)) return fail(ErrorCode::invalid, "it is outside the app's folder " + root_.string());
  seen_.insert(wanted.string());
  std::error_code error;
  if (!fs::is_regular_file(wanted, error)) return std::optional<fs::path>();
  const fs::path real = fs::canonical(wanted, error);
  if (error) return std::optional<fs::path>();
  if (!contains(real))
    return fail(ErrorCode::invalid, "it is a symbolic link to a file outside the app's folder " + root_.string());
  seen_.insert(real.string());
  return std::optional(real);
}

bool SourceTree::is_folder(const fs::path& path) {
  if (!contains(path.lexically_normal())) return false;
  seen_.insert(path.lexically_normal().string());
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Result<std::string> SourceTree::read(const fs::path& path) const {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) return fail(ErrorCode::io, name_of(path) + ": cannot be read");
  return text;
}

Result<const PackageJson*> SourceTree::package_in(const fs::path& folder) {
  auto known = packages_.find(folder);
  if (known == packages_.end()) {
    auto package = read_package(folder);
    if (!package) return package.error();
    known = packages_.emplace(folder, *std::move(package)).first;
  }
  const std::optional<PackageJson>& package = known->second;
  return package ? &*package : nullptr;
}

Result<std::optional<PackageJson>> SourceTree::read_package(const fs::path& folder) {
  const auto found = file(folder / "package.json");
  if (!found) return std::optional<PackageJson>();
  const std::optional<fs::path>& path = *found;
  if (!path) return std::optional<PackageJson>();
  const auto text = read(*path);
  if (!text) return text.error();
  auto parsed = PackageJson::parse(*text, folder);
  if (!parsed) return fail(ErrorCode::invalid, name_of(*path) + ": " + parsed.error().reason);
  return std::optional<PackageJson>(*std::move(parsed));
}

Result<const PackageJson*> SourceTree::package_around(fs::path folder) {
  for (;; folder = folder.parent_path()) {
    auto package = package_in(folder);
    if (!package || *package || folder == root_ || !contains(folder)) return package;
  }
}

}  // namespace entmoot::js
