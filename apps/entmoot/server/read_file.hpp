// SPDX-License-Identifier: MIT

#pragma once

#include <entmoot/base/result.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace entmoot_app {

/// The content of the file. Blocks.
[[nodiscard]] inline entmoot::Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return entmoot::fail(entmoot::ErrorCode::io, path.string() + ": cannot be read");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace entmoot_app
