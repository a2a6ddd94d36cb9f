// SPDX-License-Identifier: MIT

#pragma once

// Reports the failure of a command on standard error.

#include "colour.hpp"
#include "command_line.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include <unistd.h>

namespace entmoot_app {

inline ExitCode complain(std::string_view what) {
  fmt::print(stderr, "{} {}\n", Colours::of(STDERR_FILENO).red("entmoot:"), what);
  return ExitCode::failed;
}

}  // namespace entmoot_app
