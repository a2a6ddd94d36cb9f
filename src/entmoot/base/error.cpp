// SPDX-License-Identifier: MIT

#include <entmoot/base/error.hpp>

#include <array>

namespace entmoot {

namespace {

struct Name {
  ErrorCode code;
  std::string_view text;
};

constexpr std::array names = {
    Name{ErrorCode::failed, "failed"},
    Name{ErrorCode::invalid, "invalid"},
    Name{ErrorCode::limit, "limit"},
    Name{ErrorCode::not_found, "not_found"},
    Name{ErrorCode::already_exists, "already_exists"},
    Name{ErrorCode::unauthorized, "unauthorized"},
    Name{ErrorCode::overloaded, "overloaded"},
    Name{ErrorCode::unavailable, "unavailable"},
    Name{ErrorCode::timeout, "timeout"},
    Name{ErrorCode::no_process, "no_process"},
    Name{ErrorCode::cancelled, "cancelled"},
    Name{ErrorCode::exception, "exception"},
    Name{ErrorCode::script, "script"},
    Name{ErrorCode::out_of_memory, "out_of_memory"},
    Name{ErrorCode::cpu_limit, "cpu_limit"},
    Name{ErrorCode::turn_limit, "turn_limit"},
    Name{ErrorCode::start_failed, "start_failed"},
    Name{ErrorCode::start_timeout, "start_timeout"},
    Name{ErrorCode::killed, "killed"},
    Name{ErrorCode::diverged, "diverged"},
    Name{ErrorCode::io, "io"},
};

}  // namespace

std::string_view to_string(ErrorCode code) noexcept {
  for (const Name& name : names) {
    if (name.code == code) return name.text;
  }
  return "?";
}

std::optional<ErrorCode> error_code_named(std::string_view text) noexcept {
  for (const Name& name : names) {
    if (name.text == text) return name.code;
  }
  return std::nullopt;
}

}  // namespace entmoot
