// SPDX-License-Identifier: MIT

#pragma once

// The log: one line an event, levelled, to standard error. spdlog does the work; this header fixes what goes in.
//
// Text that came from outside (a room's name, a script's exception) is passed through quoted(), so that nobody can
// forge a line or a terminal escape. Payloads, tokens and query strings are never logged.

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace entmoot::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

enum class Level { debug, info, warning, error };
/// One line at `level`, as it is: text from outside has passed through quoted().
void write(Level level, std::string_view line);

/// Pattern, level and sink; `level` is one of trace, debug, info, warn, error, off. Call once, before threads start.
void start(std::string_view level = "info");

/// `text` with control characters, quotes and non-ASCII escaped, cut at 200 bytes, in double quotes.
[[nodiscard]] std::string quoted(std::string_view text);

/// `text` of several lines (a stack), to follow a message: each on a line of its own behind a mark that no log line
/// begins with, escaped like quoted(), at most 20. Empty for an empty text.
[[nodiscard]] std::string indented(std::string_view text);

}  // namespace entmoot::log
