// SPDX-License-Identifier: MIT

#pragma once

// What a shell needs to complete this command's words: priv/completion, inside the binary.

#include <string_view>

namespace entmoot_app {

/// `shell` is "bash" or "zsh"; of another one nothing.
[[nodiscard]] std::string_view completion_script(std::string_view shell);

}  // namespace entmoot_app
