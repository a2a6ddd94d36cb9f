// SPDX-License-Identifier: MIT

#pragma once

// Sizes and times as text: "16 MB", "500ms". A KB is 1024 bytes. Plain numbers, which settings also accept, are bytes
// and milliseconds and are not parsed here.

#include <entmoot/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot_app {

// In milliseconds and bytes, as settings state their ranges.
inline constexpr double second = 1000;
inline constexpr double minute = 60 * second;
inline constexpr double hour = 60 * minute;
inline constexpr double day = 24 * hour;
inline constexpr double kilobyte = 1024;
inline constexpr double megabyte = 1024 * kilobyte;
inline constexpr double gigabyte = 1024 * megabyte;

/// "16 MB", "64KB", "1.5 GB", "100 B". Nothing if the text is malformed or beyond 2^53.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// "250ms", "5 s", "1.5h", "14d". Nothing if the text is malformed or longer than a century.
[[nodiscard]] std::optional<entmoot::Duration> parse_time(std::string_view text);

/// In the largest unit that gives a whole number: "16 MB", "1000 B". parse_size() accepts the result.
[[nodiscard]] std::string show_size(std::uint64_t bytes);
/// "1m", "90s", "0s". parse_time() accepts the result; fractions of a millisecond are dropped.
[[nodiscard]] std::string show_time(entmoot::Duration time);

}  // namespace entmoot_app
