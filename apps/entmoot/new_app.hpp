// SPDX-License-Identifier: MIT

#pragma once

// `entmoot new`: a chat to start from, with its page, its test, and the types for the editor. The files are
// priv/new and priv/types, inside the binary.

#include <entmoot/base/result.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace entmoot_app {

/// Writes the app into `folder`, which is made if it is not there. An error if something is in it already: nothing that
/// exists is ever written over. Returns the files, relative to the folder, in the order of the tour that README.md
/// gives.
[[nodiscard]] entmoot::Result<std::vector<std::string>> make_new_app(const std::filesystem::path& folder);

}  // namespace entmoot_app
