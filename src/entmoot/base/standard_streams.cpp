// SPDX-License-Identifier: MIT

#include <entmoot/base/standard_streams.hpp>

#include <fcntl.h>

namespace entmoot {

void open_standard_streams() noexcept {
  // open(2) returns the lowest number that is free: the one that is missing.
  for (int stream = 0; stream <= 2; ++stream) {
    if (fcntl(stream, F_GETFD) < 0) (void)open("/dev/null", stream == 0 ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace entmoot
