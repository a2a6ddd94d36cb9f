// SPDX-License-Identifier: MIT

#pragma once

// Loads an app's public/ folder: files for browsers. TypeScript is compiled; hidden files, symbolic links,
// tsconfig.json and *.d.ts are not served. Files are kept in memory; at most 10,000 files and 256 MiB.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/module_loader.hpp>
#include <entmoot/web/static_files.hpp>

#include <filesystem>
#include <vector>

namespace entmoot_app {

struct PublicFilesOptions {
  entmoot::Duration cache = {};  ///< How long browsers may cache a file without revalidation.
  entmoot::PageHeaders page = {};
  std::string fallback = {};  ///< StaticOptions::fallback.
  bool develops = false;      ///< Adds priv/dev.js to each page, which shows errors and reloads the page; no caching.
};

struct PublicFiles {
  entmoot::StaticFiles files = {};
  std::vector<std::filesystem::path> seen = {};  ///< All entries below the folder, whether served or not.
  std::vector<std::string> problems = {};        ///< Each with its position: "public/app.ts:3:7: …".
};

/// Without `folder` the result is empty. Throws std::filesystem::filesystem_error if the folder changes while it is
/// read.
[[nodiscard]] PublicFiles load_public_files(const std::filesystem::path& folder, entmoot::js::ModuleLoader& modules,
                                            const PublicFilesOptions& options);

}  // namespace entmoot_app
