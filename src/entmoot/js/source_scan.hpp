// SPDX-License-Identifier: MIT

#pragma once

// Scans source text for information that the engine does not provide: the literals of import("x") and require("x"), and
// the position of a specifier. It scans text without parsing: a match in a comment only loads an unnecessary file, and
// a missed call is an error when the script makes it.

#include <entmoot/js/text_lines.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

struct Mention {
  std::string specifier;
  TextPlace place;  ///< Its column counts bytes.
};

/// The specifiers of calls `function("…")`, each once.
[[nodiscard]] std::vector<Mention> literal_calls(std::string_view source, std::string_view function);

/// The position of `specifier` in an import or export statement: "3:7", or "1:1" if it is not found.
[[nodiscard]] std::string place_of_import(std::string_view source, std::string_view specifier);

}  // namespace entmoot::js
