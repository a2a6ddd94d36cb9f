// SPDX-License-Identifier: MIT

#pragma once

// The log: one line per event, with a level, to standard error. spdlog formats it; this header defines the conventions.
//
// Text from outside (a room's name, a script's exception) passes through quoted(), so that it cannot forge a line or a
// terminal escape. Payloads, tokens and query strings are never logged.

#include <spdlog/spdlog.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace entmoot::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

enum class Level { debug, info, warning, error };
/// Writes one line at `level`, unchanged: the caller has passed text from outside through quoted().
void write(Level level, std::string_view line);

/// Pattern, level and sink; `level` is one of trace, debug, info, warn, error, off. Call once, before threads start.
/// From then on a thread of its own writes the log (base/log_queue.hpp); at the exit of the process it has one second
/// to write what is queued.
void start(std::string_view level = "info");

/// Of the lines that have been queued for the log since start().
struct Counts {
  std::uint64_t warnings = 0;
  std::uint64_t errors = 0;
  std::uint64_t dropped = 0;  ///< Because the reader of the log is too slow.
};
[[nodiscard]] Counts counts();

/// `text` with control characters, quotes and non-ASCII escaped, cut at 200 bytes, in double quotes.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t longest = 200);

/// `text` of several lines (a stack), to append to a message: each line follows a line break and a prefix that no log
/// line begins with, escaped as in quoted(); at most 20 lines. Empty for an empty text.
[[nodiscard]] std::string indented(std::string_view text);

}  // namespace entmoot::log
