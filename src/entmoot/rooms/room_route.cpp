// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_route.hpp>

#include <entmoot/base/nearest_name.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace entmoot {

Result<RoomExports> RoomExports::from(const JsonText& description) {
  const auto json = description.parse();
  if (!json) return json.error();
  // A script that defines Object.prototype.toJSON influences this description.
  const auto* object = json->if_object();
  const auto member = [&](const char* name) { return object ? object->if_contains(name) : nullptr; };
  const auto text = [&](const char* name) -> std::optional<std::string> {
    const Json* value = member(name);
    if (!value || !value->is_string()) return std::nullopt;
    return std::string(value->as_string());
  };
  const auto list = [&](const char* name) -> const boost::json::array* {
    const Json* value = member(name);
    return value ? value->if_array() : nullptr;
  };
  const auto* intercept = list("intercept");
  const auto* functions = list("functions");
  const auto* names = list("names");
  const auto* known = list("known");
  if (!intercept || !functions || !names || !known) {
    return fail(ErrorCode::invalid, "cannot read the exports: the script overrides `toJSON`");
  }
  RoomExports exports;
  exports.topic = text("topic");
  exports.path = text("path");
  for (const auto& event : *intercept) {
    if (!event.is_string())
      return fail(ErrorCode::invalid, "the export \"intercept\" must be a list of strings, the names of events");
    exports.intercept.emplace_back(event.get_string());
  }
  for (const auto& name : *functions) {
    if (name.is_string()) exports.functions.emplace(name.get_string());
  }
  std::vector<std::string_view> meant{"topic", "path", "intercept"};
  for (const auto& name : *known) {
    if (name.is_string()) meant.push_back(name.get_string());
  }
  for (const auto& name : *names) {
    if (!name.is_string() || std::ranges::count(meant, std::string_view(name.get_string())) > 0) continue;
    const auto near = nearest_name(name.get_string(), meant);
    // A room may export both, `join` and a `joined` of its own, for example.
    if (!near.empty() && !exports.has(near)) exports.misspelt.emplace(name.get_string(), near);
  }
  return exports;
}

}  // namespace entmoot
