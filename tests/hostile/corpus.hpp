// SPDX-License-Identifier: MIT

#pragma once

// The corpus: one file, one idea how a room's script, or a client with a message, could hurt the server or the rooms
// beside it. A file begins with a description and with its expectations:
//
//   // Joins an array-like without end: native code that never polls.
//   // expect: dropped "out of time"          the room ends with that reason, and so does the call
//   //         failed "out of memory"         the call is answered with that error, the room lives; "…" is anything
//   //         stopped "out of memory"        one or the other, as it happens
//   //         lives                          the call is answered, the room lives
//   //         bounded: "RangeError"          the call is answered with exactly this JSON, the room lives
//   // only: force                            runs in native code that only force can slice (core/slicer.hpp)
//   // input: colliding-keys 5000             what the client sends along (hostile/input.hpp)
//
// The room's function run() is called once; then the room is left to itself for a while (its timers), and if it lives
// it has to answer a ping.

#include <string>
#include <string_view>
#include <vector>

namespace entmoot::hostile {

struct Script {
  enum class Ends { dropped, failed, stopped, lives, bounded };

  std::string name = {};   ///< The file's, without ".js": "regexp-backtracking".
  std::string tries = {};  ///< The first line.
  Ends ends = Ends::lives;
  std::vector<std::string> what = {};  ///< The reason, the error, or the answer: one of these.
  bool only_force = false;
  std::string input = {};  ///< Empty: nothing.
  std::string source = {};

  [[nodiscard]] std::string_view family() const noexcept { return std::string_view(name).substr(0, name.find('-')); }
};

/// Whether `text` is `pattern`, in which a final "…" stands for anything.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view text) noexcept;

/// Every script of the corpus, by name. An unknown header line is a test failure.
[[nodiscard]] const std::vector<Script>& corpus();

}  // namespace entmoot::hostile
