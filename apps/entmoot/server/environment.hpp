// SPDX-License-Identifier: MIT

#pragma once

// The environment variables that an app can see: those of the process and, while the app is developed, those of its
// file
// `.env` that the process does not have. entmoot.config.ts sees all of them, rooms the ones that the setting `env`
// names.
//
// `.env` has the format of Node's --env-file: `NAME=value` lines, `#` comments, an optional `export`; a value in single
// or double quotes or backticks may span lines, and has its `\n` replaced if the quotes are double.
//
// Values are secrets: no error contains one. A value; any thread.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

using Variables = std::map<std::string, std::string>;

/// The variables in the text of a `.env` file. The error names `file` and the line.
[[nodiscard]] entmoot::Result<Variables> read_dotenv(std::string_view text, std::string_view file = ".env");

/// The global `process` of a script that sees them: {"env": {…}}. Those that are not UTF-8 are left out.
[[nodiscard]] entmoot::JsonText process_of(const Variables& variables);

class Environment {
 public:
  /// That of the process.
  [[nodiscard]] static Environment of_process();

  /// Adds the variables of `file` that it does not have; nothing if there is no such file.
  [[nodiscard]] entmoot::Result<void> add_dotenv(const std::filesystem::path& file);

  [[nodiscard]] const Variables& all() const noexcept { return variables_; }
  /// Those of `names` that are set.
  [[nodiscard]] Variables only(const std::vector<std::string>& names) const;

  enum class State { set, missing, not_utf8 };
  [[nodiscard]] State state_of(const std::string& name) const;

 private:
  Variables variables_;
};

}  // namespace entmoot_app
