// SPDX-License-Identifier: MIT

#pragma once

// The memory of this process and of what it runs in, as the kernel counts it. Any thread.

#include <cstddef>

namespace entmoot {

/// Resident bytes of this process (proc(5), statm); 0 if the kernel does not tell.
[[nodiscard]] std::size_t resident_bytes();

/// The memory that this process may use: that of the machine, or the limit of its cgroup or of one above it (version 2
/// memory.max, version 1 memory.limit_in_bytes), whichever is smallest.
[[nodiscard]] std::size_t memory_available();

}  // namespace entmoot
