// SPDX-License-Identifier: MIT

#pragma once

// A file embedded in the binary (cmake/embed.cmake generates the tables).

#include <string_view>

namespace entmoot {

struct EmbeddedFile {
  std::string_view name;   ///< Relative path with '/', as given to entmoot_embed.
  std::string_view bytes;  ///< Lives as long as the program.
};

}  // namespace entmoot
