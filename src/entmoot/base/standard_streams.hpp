// SPDX-License-Identifier: MIT

#pragma once

namespace entmoot {

/// Opens those of the file descriptors 0, 1 and 2 that are closed on /dev/null, so that no socket gets their number and
/// receives what is meant for the terminal. Call first in main().
void open_standard_streams() noexcept;

}  // namespace entmoot
