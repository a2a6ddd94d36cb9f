// SPDX-License-Identifier: MIT

#pragma once

// Which program this process runs: heaps refer to its code and data, so only the same program can go on with them.

#include <span>

namespace entmoot::js {

/// The build id that the linker has given the program (ld's --build-id, on by default in most distributions), in the
/// program's memory; empty: it has none. Any thread.
[[nodiscard]] std::span<const unsigned char> program_build_id() noexcept;

}  // namespace entmoot::js
