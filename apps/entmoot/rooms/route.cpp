// SPDX-License-Identifier: MIT

#include "route.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace entmoot_app {

using namespace entmoot;

Result<RoomExports> RoomExports::from(const JsonText& description) {
  const auto json = description.parse();
  if (!json) return json.error();
  // A script that gives Object.prototype a toJSON has its say in how this is written.
  const auto* object = json->if_object();
  const auto member = [&](const char* name) { return object ? object->if_contains(name) : nullptr; };
  const auto text = [&](const char* name) -> std::optional<std::string> {
    const Json* value = member(name);
    if (!value || !value->is_string()) return std::nullopt;
    return std::string(value->as_string());
  };
  const auto* intercept = member("intercept");
  const auto* functions = member("functions");
  if (!intercept || !intercept->is_array() || !functions || !functions->is_array()) {
    return fail("what it exports cannot be told: it has changed how JSON is written");
  }
  RoomExports exports;
  exports.topic = text("topic");
  exports.path = text("path");
  for (const auto& event : intercept->get_array()) {
    if (!event.is_string()) return fail("the export \"intercept\" is a list of events, which are strings");
    exports.intercept.emplace_back(event.get_string());
  }
  for (const auto& name : functions->get_array()) {
    if (name.is_string()) exports.functions.emplace(name.get_string());
  }
  return exports;
}

}  // namespace entmoot_app
