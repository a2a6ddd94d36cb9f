// SPDX-License-Identifier: MIT

// entmoot_settings: brings docs/configuration.md and priv/types/config.d.ts up to date with the table of settings. Run
// it in the top folder after a setting has changed; a test says when that was forgotten.

#include "settings_text.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr const char* docs = "docs/configuration.md";
constexpr const char* types = "apps/entmoot/priv/types/config.d.ts";

bool write(const char* path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return static_cast<bool>(file);
}

}  // namespace

int main() {
  using namespace entmoot_app;
  std::ifstream file(docs, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto begin = text.find(settings_begin);
  const auto end = text.find(settings_end);
  if (begin == std::string::npos || end == std::string::npos) {
    fmt::print(stderr, "There is no {} here, or it has lost its marks.\n", docs);
    return 1;
  }
  const auto from = begin + settings_begin.size();
  text.replace(from, end - from, settings_markdown());
  return write(docs, text) && write(types, settings_types()) ? 0 : 1;
}
