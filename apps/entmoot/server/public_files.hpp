// SPDX-License-Identifier: MIT

#pragma once

// An app's public/: files for browsers. TypeScript loses its types; hidden files, links, tsconfig.json and *.d.ts are
// left out. Files are kept in memory, so their number and size have a bound.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/source_tools.hpp>
#include <entmoot/web/static_files.hpp>

#include <filesystem>
#include <vector>

namespace entmoot_app {

struct PublicFilesOptions {
  entmoot::Duration cache = {};  ///< How long browsers may use a file without asking.
  bool develops = false;         ///< Pages get the script that shows problems and reloads them (priv/dev.js); no cache.
};

struct PublicFiles {
  entmoot::StaticFiles files = {};
  std::vector<std::filesystem::path> seen = {};  ///< Everything below the folder, failed or not.
  std::vector<std::string> problems = {};        ///< Each with its place: "public/app.ts:3:7: …".
};

/// `folder` need not exist. Throws std::filesystem::filesystem_error if it changes while it is read.
[[nodiscard]] PublicFiles load_public_files(const std::filesystem::path& folder, entmoot::js::SourceTools& tools,
                                            const PublicFilesOptions& options);

}  // namespace entmoot_app
