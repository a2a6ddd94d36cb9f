// SPDX-License-Identifier: MIT

#pragma once

// The commands on the data of durable rooms, but for `entmoot replay` (replay/replay.hpp).

#include "command_line.hpp"

namespace entmoot_app {

/// Also while the server runs, of a copy that it makes then.
ExitCode show_history(const command::History& history);
/// The rooms of the data, with what each occupies.
ExitCode show_stored_rooms(const command::Rooms& command);
ExitCode export_room(const command::Export& exported);
/// Also while the server runs, which makes the copy then.
ExitCode back_up(const command::Backup& backup);
/// While it is stopped.
ExitCode restore_data(const command::Restore& restore);
/// Also while the server runs, which ends the room then.
ExitCode forget_room(const command::Forget& forget);

}  // namespace entmoot_app
