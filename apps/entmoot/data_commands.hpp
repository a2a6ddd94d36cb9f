// SPDX-License-Identifier: MIT

#pragma once

// The commands on the data of durable rooms, but for `entmoot replay` (replay/replay.hpp).

#include "command_line.hpp"

namespace entmoot_app {

/// Of a server that is stopped, or of a backup.
ExitCode show_history(const command::History& history);
/// Also while the server runs, which makes the copy then.
ExitCode back_up(const command::Backup& backup);

}  // namespace entmoot_app
