// SPDX-License-Identifier: MIT

#pragma once

// Makes untrusted text safe to print on the operator's terminal. Clients choose the names of rooms, scripts the text of
// errors: neither may move the cursor, change colours or the direction of text, or break the columns of a table.
// Control characters, bidirectional formatting characters and invalid UTF-8 are replaced by U+FFFD; terminal_text()
// keeps line ends.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace entmoot_app {

/// "12 KB", "1.5 MB"
[[nodiscard]] std::string size_text(std::int64_t bytes);

/// One line of at most `characters_max` characters; a longer text is cut and ends in "…".
[[nodiscard]] std::string terminal_line(std::string_view utf8, std::size_t characters_max);
/// The whole text, with its line ends.
[[nodiscard]] std::string terminal_text(std::string_view utf8);
/// The number of code points, which fmt uses for padding.
[[nodiscard]] std::size_t characters_in(std::string_view utf8) noexcept;

}  // namespace entmoot_app
