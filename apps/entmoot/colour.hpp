// SPDX-License-Identifier: MIT

#pragma once

// Coloured output: only on a terminal that supports it, never in a pipe or a file, and not if NO_COLOR is set
// (https://no-color.org).

#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace entmoot_app {

class Colours {
 public:
  explicit constexpr Colours(bool on) noexcept : on_(on) {}
  /// For output to `file` (STDOUT_FILENO, STDERR_FILENO).
  [[nodiscard]] static Colours of(int file) {
    return Colours(wanted(isatty(file) == 1, std::getenv("NO_COLOR"), std::getenv("TERM")));
  }
  [[nodiscard]] static bool wanted(bool is_terminal, const char* no_color, const char* term) noexcept {
    const bool refused = no_color && *no_color != '\0';
    return is_terminal && !refused && term && *term != '\0' && std::string_view(term) != "dumb";
  }

  [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return in("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return in("31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return in("32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return in("33", text); }

 private:
  [[nodiscard]] std::string in(std::string_view code, std::string_view text) const {
    if (!on_) return std::string(text);
    return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
  }
  bool on_;
};

}  // namespace entmoot_app
