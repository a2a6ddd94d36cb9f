// SPDX-License-Identifier: MIT

#pragma once

// The commands that speak with the running server of an app (server/control.hpp): rooms, console, eval, reload.

#include "command_line.hpp"

namespace entmoot_app {

[[nodiscard]] ExitCode show_rooms(const command::Rooms& rooms);
/// Reads commands until `quit` or the end of the input.
[[nodiscard]] ExitCode open_console(const command::Console& console);
[[nodiscard]] ExitCode evaluate_in_room(const command::Eval& eval);
[[nodiscard]] ExitCode reload_server(const command::Reload& reload);

}  // namespace entmoot_app
