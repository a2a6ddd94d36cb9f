// SPDX-License-Identifier: MIT

#pragma once

// `entmoot new`: creates a chat app with its page, its test, and the types for the editor. The files are those of
// priv/new and priv/types, embedded in the binary.

#include <entmoot/base/result.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace entmoot_app {

/// Writes the app into `folder`, which is created if needed. An error if the folder is not empty: existing files are
/// never overwritten. Returns the paths of the files relative to `folder`, in the order in which README.md lists them.
[[nodiscard]] entmoot::Result<std::vector<std::string>> make_new_app(const std::filesystem::path& folder);

}  // namespace entmoot_app
