// SPDX-License-Identifier: MIT

#include <entmoot/overrides.hpp>

#include <entmoot/config.hpp>
#include <entmoot/settings.hpp>

#include <doctest/doctest.h>

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <vector>

using namespace entmoot;
using namespace entmoot_app;

namespace {

Result<Config> config_with(const std::vector<std::string>& set, std::vector<const char*> environment = {},
                           const std::string& file = "{}") {
  environment.push_back(nullptr);
  auto overrides = overrides_of(set, environment.data());
  if (!overrides) return overrides.error();
  return config_from({.source = "export default " + file,
                      .default_export = JsonText::of(parse_json(file).value()),
                      .overrides = *std::move(overrides)});
}

std::string error_of(const std::vector<std::string>& set, const std::vector<const char*>& environment = {}) {
  const auto config = config_with(set, environment);
  return config ? "" : config.error().reason;
}

}  // namespace

TEST_CASE("--set and variables go over the file, and --set over variables") {
  const auto config = config_with({"port=1", "limits.heap=32MB", "rooms.chat.v2:*.history.entries=5"},
                                  {"ENTMOOT_PORT=2", "ENTMOOT_NODE_ROOMS_PER_IP=3", "ENTMOOT_ADDRESS=127.0.0.2"},
                                  R"({"port": 9, "limits": {"clients": 7, "heap": "1 MB"}})");
  REQUIRE(config.has_value());
  CHECK(config->listener.port == 1);
  CHECK(config->node.rooms_per_ip_max == 3);
  CHECK(config->listener.address == "127.0.0.2");
  CHECK(config->limits.clients_max == 7);
  CHECK(config->limits.budget.heap.hard == 32 * MiB);
  CHECK(config->rooms.at("chat.v2:*").history.entries_max == 5);
}

TEST_CASE("every setting has a variable of its own") {
  std::set<std::string> names;
  for (const auto& setting : app_settings().all()) CHECK(names.insert(variable_of(setting.name)).second);
  for (const auto& setting : limit_settings().all()) CHECK(names.insert(variable_of("limits." + setting.name)).second);
  CHECK(names.contains("ENTMOOT_LIMITS_HISTORY_REPLAY"));
  CHECK(names.contains("ENTMOOT_SOCKET_MESSAGES_PER_SECOND"));
}

TEST_CASE("a wrong value is an error that names where it comes from") {
  CHECK(error_of({"limits.heap=lots"}).find("--set limits.heap: `limits.heap` must be a size") == 0);
  CHECK(error_of({}, {"ENTMOOT_PORT=tcp://10.0.0.1:4000"}).find("ENTMOOT_PORT: `port` must be a whole number") == 0);
}

TEST_CASE("a name that is no setting is an error with a suggestion") {
  CHECK(error_of({"limits.heep=32MB"}).find("did you mean `limits.heap`?") != std::string::npos);
  CHECK(error_of({"hepa=1"}).find("`entmoot config` lists all settings") != std::string::npos);
  CHECK(error_of({"rooms.chat:*.heep=1"}).find("is not a setting") != std::string::npos);
  CHECK(error_of({"port"}).find("a setting and its value are expected") != std::string::npos);
  CHECK(error_of({}, {"ENTMOOT_LIMIT_HEAP=1"}).find("did you mean ENTMOOT_LIMITS_HEAP?") != std::string::npos);
  CHECK(error_of({"a=1"}, {"ENTMOOT_PROT=1"}).find('\n') != std::string::npos);  // all errors at once
}

TEST_CASE("variables of others are left alone") {
  CHECK(config_with({}, {"PORT=1", "ENTMOOT_APP_NAME_OF_SOMEBODY=2", "ENTMOOT_COMMAND=x", "ENTMOOTX"}).has_value());
}

TEST_CASE("a text is taken as it is, and everything else is JSON") {
  const auto config = config_with({"data=true", "origins=[\"https://example.com\"]", "proxy=true"});
  REQUIRE(config.has_value());
  CHECK(config->data == "true");
  CHECK(config->proxy);
  CHECK(config->origins.allowed == std::vector<std::string>{"https://example.com"});
}
