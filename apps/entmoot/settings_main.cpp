// SPDX-License-Identifier: MIT

// entmoot_settings: updates docs/configuration.md and priv/types/config.d.ts from the tables of settings. Run it in the
// repository's root after changing a setting; tests/entmoot/settings_test.cpp fails until it has been run.

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
    fmt::print(stderr, "{}: not found, or without the marks around the settings\n", docs);
    return 1;
  }
  const auto from = begin + settings_begin.size();
  text.replace(from, end - from, settings_markdown());
  return write(docs, text) && write(types, settings_types()) ? 0 : 1;
}
