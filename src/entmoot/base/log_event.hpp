// SPDX-License-Identifier: MIT

#pragma once

// The log as JSON, one object per line, for programs (`entmoot serve --log-format json`):
//
//   {"time":"2026-11-22T09:19:53.443Z","level":"warning","message":"…"}
//
// Events of a room's script have further fields, for which the text of the line has to be taken apart otherwise:
//
//   event      "console", "exception" (of a call), "uncaught"
//   topic      the room's
//   text       what was logged or thrown, as it is
//   position   "rooms/chat.ts:8:34": where it was thrown, if the stack says so
//   stack      its lines

#include <entmoot/base/log.hpp>

#include <string>
#include <string_view>

namespace entmoot::log {

enum class Format { text, json };
/// The format of the lines. Before start().
void use(Format format);

/// Something that a room's script has logged or thrown.
struct ScriptEvent {
  Level level = Level::info;
  std::string_view event;
  std::string_view topic;
  std::string_view text;
  std::string_view stack = {};
  std::string_view line;  ///< The whole as text.
};
/// Writes it in the format of the log.
void write(const ScriptEvent& event);

/// The position in the first line of a stack that has one; empty: none has.
[[nodiscard]] std::string_view position_in(std::string_view stack) noexcept;

}  // namespace entmoot::log
