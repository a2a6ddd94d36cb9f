// SPDX-License-Identifier: MIT

#pragma once

namespace entmoot {

/// Raises the limit of open file descriptors to the most that the process is allowed (`ulimit -Hn`), and makes the
/// kernel's table of descriptors large enough for 65,536 of them, or as many as are allowed. Linux doubles that table
/// as connections arrive; in a process with several threads the accept(2) that causes it blocks its thread for up to
/// 20 ms. The larger table takes 512 KiB of the kernel's memory.
///
/// Any thread, best before there are others. Does not fail: with a small table all works as before.
void reserve_descriptor_table() noexcept;

}  // namespace entmoot
