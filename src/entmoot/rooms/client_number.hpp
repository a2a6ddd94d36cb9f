// SPDX-License-Identifier: MIT

#pragma once

#include <cstdint>

namespace entmoot {

/// Names a client of a room: unique among all clients of the process and of those that have used the same store before,
/// and small enough to be an integer of a script (below 2^53). The script sees it as the text `client.id`.
using ClientNumber = std::uint64_t;
inline constexpr ClientNumber no_client = 0;

}  // namespace entmoot
