// SPDX-License-Identifier: MIT

#pragma once

// `entmoot replay`: a prompt in a durable room as it was.

#include "../command_line.hpp"

namespace entmoot_app {

ExitCode replay_room(const command::Replay& replay);

}  // namespace entmoot_app
