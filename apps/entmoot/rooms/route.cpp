// SPDX-License-Identifier: MIT

#include "route.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace entmoot_app {

using namespace entmoot;

Result<RoomExports> RoomExports::from(const JsonText& description) {
  const auto json = description.parse();
  if (!json) return json.error();
  const auto& object = json->as_object();
  RoomExports exports;
  const auto text = [&](const char* name) -> std::optional<std::string> {
    const auto& value = object.at(name);
    if (!value.is_string()) return std::nullopt;
    return std::string(value.as_string());
  };
  exports.topic = text("topic");
  exports.path = text("path");
  for (const auto& event : object.at("intercept").as_array()) {
    if (!event.is_string()) return fail("the export \"intercept\" is a list of events, which are strings");
    exports.intercept.emplace_back(event.as_string());
  }
  for (const auto& name : object.at("functions").as_array()) exports.functions.emplace(name.as_string());
  return exports;
}

}  // namespace entmoot_app
