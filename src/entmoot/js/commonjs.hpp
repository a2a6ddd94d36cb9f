// SPDX-License-Identifier: MIT

#pragma once

// CommonJS modules for an ES module engine: the source text that wraps them. commonjs.js runs them.

#include <set>
#include <string>
#include <string_view>

namespace entmoot::js {

/// A classic script whose value is the module's function; line numbers do not change.
[[nodiscard]] std::string commonjs_body(std::string_view source);
/// The same for a JSON file with a valid text.
[[nodiscard]] std::string json_body(std::string_view text);
/// The same for a file whose text is the value.
[[nodiscard]] std::string text_body(std::string_view text);
/// Properties of module.exports that become exports of the facade.
struct FacadeNames {
  std::set<std::string> shown;    ///< Found in the module's text.
  std::set<std::string> trusted;  ///< Imported by other modules; a missing one is an error at run time.
};
/// The ES module facade: `default` is module.exports, `names` are its properties.
[[nodiscard]] std::string commonjs_facade(std::string_view module, const FacadeNames& names);

}  // namespace entmoot::js
