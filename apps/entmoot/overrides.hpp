// SPDX-License-Identifier: MIT

#pragma once

// Settings from outside the configuration file, over those in it: `--set limits.heap=32MB`, and variables of the
// environment, `ENTMOOT_LIMITS_HEAP=32MB`. Every setting has both; a `--set` goes over a variable.
//
// A value is JSON or, if it is none, a text. A variable's name is that of its setting in capitals, with an underscore
// for each dot and before each capital: `node.roomsPerIp` is ENTMOOT_NODE_ROOMS_PER_IP. Limits of one route have no
// variable;
// `--set 'rooms.chat:*.heap=32MB'` sets them.
//
// A name that is no setting is an error with a suggestion. A variable whose name is not even similar to that of a
// setting is somebody else's.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

struct Override {
  std::vector<std::string> path;  ///< In the configuration: {"limits", "heap"}.
  entmoot::Json value;
  std::string source;  ///< For errors and `entmoot config`: "--set limits.heap", "ENTMOOT_LIMITS_HEAP".
};

/// {"node", "roomsPerIp"} for "node.roomsPerIp".
[[nodiscard]] std::vector<std::string> path_of(std::string_view setting);
/// "ENTMOOT_NODE_ROOMS_PER_IP" for "node.roomsPerIp".
[[nodiscard]] std::string variable_of(std::string_view setting);

/// The overrides of a command line ("limits.heap=32MB") and an environment ("NAME=value"), in the order in which they
/// apply. The error's reason lists all errors, one per line.
[[nodiscard]] entmoot::Result<std::vector<Override>> overrides_of(std::span<const std::string> set,
                                                                  const char* const* environment);

/// Sets the values in `settings`, an object.
void apply(const std::vector<Override>& overrides, entmoot::Json& settings);

}  // namespace entmoot_app
