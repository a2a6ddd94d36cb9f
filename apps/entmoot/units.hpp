// SPDX-License-Identifier: MIT

#pragma once

// Sizes and times as people write them: "16 MB", "500ms". A KB is 1024 bytes, as memory is counted. A plain number is
// bytes or milliseconds, as in the rest of JavaScript.

#include <entmoot/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot_app {

/// "16 MB", "64KB", "1.5 GB", "100 B". Nothing if it is none of these, or beyond 2^53.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// "250ms", "5 s", "1.5h", "14d". Nothing if it is none of these, or longer than a century.
[[nodiscard]] std::optional<entmoot::Duration> parse_time(std::string_view text);

/// The shortest exact writing: "16 MB", "1000 B". What parse_size reads.
[[nodiscard]] std::string show_size(std::uint64_t bytes);
/// "1m", "90s", "0s". What parse_time reads; finer than a millisecond is cut off.
[[nodiscard]] std::string show_time(entmoot::Duration time);

}  // namespace entmoot_app
