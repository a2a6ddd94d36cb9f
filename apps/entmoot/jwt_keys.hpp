// SPDX-License-Identifier: MIT

#pragma once

// The keys of `tokens.jwt` in the configuration.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/jwt.hpp>

#include <vector>

namespace entmoot_app {

/// The keys of one entry: `{kid, alg, key}`, `{kid, alg, secret}` or `{jwks}`.
[[nodiscard]] entmoot::Result<std::vector<entmoot::JwtKey>> jwt_keys_from(const entmoot::Json& entry);

}  // namespace entmoot_app
