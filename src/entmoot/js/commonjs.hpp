// SPDX-License-Identifier: MIT

#pragma once

// CommonJS modules in a world of ES modules: text around their text. How they run is commonjs.js's to say.

#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

/// A classic script whose value is the module's function; lines stay where they are.
[[nodiscard]] std::string commonjs_body(std::string_view source);
/// The same for a JSON file, whose text is known to be valid.
[[nodiscard]] std::string json_body(std::string_view text);
/// The ES module in front: `default` is module.exports, `names` are its properties.
[[nodiscard]] std::string commonjs_facade(const std::vector<std::string>& names);

}  // namespace entmoot::js
