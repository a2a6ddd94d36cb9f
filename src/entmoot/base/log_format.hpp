// SPDX-License-Identifier: MIT

#pragma once

// Between log::start() and base/log_event.hpp.

#include <spdlog/formatter.h>

#include <memory>

namespace entmoot::log {

/// Null: the lines are text.
[[nodiscard]] std::unique_ptr<spdlog::formatter> json_formatter();

}  // namespace entmoot::log
