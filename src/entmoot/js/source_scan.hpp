// SPDX-License-Identifier: MIT

#pragma once

// Looks through source text for what the engine does not tell: the literal of import("x") and require("x"), and where a
// specifier stands. It reads text and not grammar: what it finds in a comment costs a file that nobody needed, what it
// misses is an error when the script asks for it.

#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

struct Mention {
  std::string specifier;
  std::string place;  ///< "3:7"
};

/// The calls `function("…")`, each specifier once.
[[nodiscard]] std::vector<Mention> literal_calls(std::string_view source, std::string_view function);

/// Where an import or export statement names `specifier`: "3:7", or "1:1" if that cannot be seen.
[[nodiscard]] std::string place_of_import(std::string_view source, std::string_view specifier);

}  // namespace entmoot::js
