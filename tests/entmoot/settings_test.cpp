// SPDX-License-Identifier: MIT

#include "entmoot/settings.hpp"

#include "entmoot/settings_text.hpp"

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace entmoot;
using namespace entmoot_app;

namespace {

std::string file(const std::string& path) {
  std::ifstream in(ENTMOOT_SOURCE_DIR "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Checks that each setting accepts its own default as it is shown, without changing it. Texts such as "none" are
/// descriptions, not values.
template <class Owner>
void check_defaults(const SettingTable<Owner>& table) {
  std::set<std::string> names;
  for (const auto& setting : table.all()) {
    INFO(setting.name);
    CHECK(names.insert(setting.name).second);
    CHECK(setting.purpose.ends_with('.'));
    Owner owner;
    const std::string shown = setting.shown(owner);
    const auto value = parse_json(shown);
    if (!value) continue;
    CHECK(setting.read(*value, owner).has_value());
    CHECK(setting.shown(owner) == shown);
    CHECK_FALSE(setting.read(Json(nullptr), owner).has_value());
  }
}

}  // namespace

TEST_CASE("every default is a value that its setting accepts") {
  check_defaults(app_settings());
  check_defaults(limit_settings());
}

TEST_CASE("docs/configuration.md matches the tables of settings") {
  const std::string docs = file("docs/configuration.md");
  const auto begin = docs.find(settings_begin);
  const auto end = docs.find(settings_end);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const auto from = begin + settings_begin.size();
  CHECK_MESSAGE(docs.substr(from, end - from) == settings_markdown(),
                "a setting has changed: run build/dev/bin/entmoot_settings in the repository's root");
}

TEST_CASE("config.d.ts matches the tables of settings") {
  CHECK_MESSAGE(file("apps/entmoot/priv/types/config.d.ts") == settings_types(),
                "a setting has changed: run build/dev/bin/entmoot_settings in the repository's root");
}
