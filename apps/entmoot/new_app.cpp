// SPDX-License-Identifier: MIT

#include "new_app.hpp"

#include <entmoot/base/embedded.hpp>

#include <fmt/format.h>

#include <fstream>
#include <span>
#include <string_view>
#include <system_error>

std::span<const entmoot::EmbeddedFile> entmoot_new_app();  // cmake/embed.cmake
std::span<const entmoot::EmbeddedFile> entmoot_types();

namespace entmoot_app {

using namespace entmoot;

namespace fs = std::filesystem;

namespace {

/// In this repository the file has another name, because git would apply it here.
std::string name_in_app(std::string_view name) { return name == "gitignore" ? ".gitignore" : std::string(name); }

Result<void> write(const fs::path& path, std::string_view bytes) {
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail(ErrorCode::io, fmt::format("cannot write {}", path.string()));
  return {};
}

}  // namespace

Result<std::vector<std::string>> make_new_app(const fs::path& folder) {
  std::error_code problem;
  const auto status = fs::status(folder, problem);
  if (fs::exists(status)) {
    if (!fs::is_directory(status))
      return fail(ErrorCode::already_exists, fmt::format("{} exists and is not a folder", folder.string()));
    const bool is_empty = fs::is_empty(folder, problem);
    if (problem) return fail(ErrorCode::io, fmt::format("cannot read {}: {}", folder.string(), problem.message()));
    if (!is_empty)
      return fail(ErrorCode::already_exists, fmt::format("{} is not empty; choose a new folder", folder.string()));
  }
  fs::create_directories(folder, problem);
  if (problem) return fail(ErrorCode::io, fmt::format("cannot create {}: {}", folder.string(), problem.message()));

  std::vector<std::string> written;
  const auto add = [&](const std::string& name, std::string_view bytes) -> Result<void> {
    written.push_back(name);
    return write(folder / name, bytes);
  };
  for (const auto& file : entmoot_new_app()) {
    if (auto done = add(name_in_app(file.name), file.bytes); !done) return done.error();
  }
  for (const auto& file : entmoot_types()) {
    if (auto done = add("types/" + std::string(file.name), file.bytes); !done) return done.error();
  }
  return written;
}

}  // namespace entmoot_app
