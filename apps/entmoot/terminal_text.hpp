// SPDX-License-Identifier: MIT

#pragma once

// Text of strangers on the operator's terminal. Clients choose the names of rooms, and scripts the text of their
// errors: none of it may move the cursor, change colours or turn the direction of a line, and none may push a table's
// columns out of sight. A character that would is shown as U+FFFD; a line end stays where whole answers are printed.

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace entmoot_app {

/// On one line, and of at most so many characters: what is cut ends in "…".
[[nodiscard]] std::string terminal_line(std::string_view utf8, std::size_t characters_max);
/// All of it, with its lines.
[[nodiscard]] std::string terminal_text(std::string_view utf8);
/// Code points: what fmt pads by.
[[nodiscard]] std::size_t characters_in(std::string_view utf8) noexcept;

}  // namespace entmoot_app
