// SPDX-License-Identifier: MIT

#pragma once

// CommonJS modules in a world of ES modules: text around their text. How they run is commonjs.js's to say.

#include <set>
#include <string>
#include <string_view>

namespace entmoot::js {

/// A classic script whose value is the module's function; lines stay where they are.
[[nodiscard]] std::string commonjs_body(std::string_view source);
/// The same for a JSON file, whose text is known to be valid.
[[nodiscard]] std::string json_body(std::string_view text);
/// Of module.exports' properties: those that its text shows, and those that others import on trust; it is an error at
/// run time if one of the latter is not there.
struct FacadeNames {
  std::set<std::string> shown;
  std::set<std::string> trusted;
};
/// The ES module in front: `default` is module.exports, `names` are its properties.
[[nodiscard]] std::string commonjs_facade(std::string_view module, const FacadeNames& names);

}  // namespace entmoot::js
