// SPDX-License-Identifier: MIT

#pragma once

// The shells' completion scripts: the files of priv/completion, embedded in the binary.

#include <string_view>

namespace entmoot_app {

/// `shell` is "bash" or "zsh"; empty for any other.
[[nodiscard]] std::string_view completion_script(std::string_view shell);

}  // namespace entmoot_app
