// SPDX-License-Identifier: MIT

#include "completion.hpp"

#include <entmoot/base/embedded.hpp>

#include <span>
#include <string>

std::span<const entmoot::EmbeddedFile> entmoot_completion();  // cmake/embed.cmake

namespace entmoot_app {

std::string_view completion_script(std::string_view shell) {
  for (const auto& file : entmoot_completion()) {
    if (file.name == "entmoot." + std::string(shell)) return file.bytes;
  }
  return {};
}

}  // namespace entmoot_app
