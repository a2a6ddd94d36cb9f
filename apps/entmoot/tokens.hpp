// SPDX-License-Identifier: MIT

#pragma once

// How a client shows who it is (`tokens` in the configuration): by a token that was signed with a secret of ours
// (phoenix/token.hpp), or by a JSON Web Token of a login service (phoenix/jwt.hpp). Without either, clients are who
// they say they are.
//
// Filled from the configuration, then settled once: keys are derived and judged before the server starts. Immutable
// afterwards; any thread may verify.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/jwt.hpp>
#include <entmoot/phoenix/token.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

/// What a good token says.
struct Identity {
  entmoot::Json token;                               ///< What was signed, or the claims: `client.assigns.token`.
  std::optional<entmoot::WallTime> expires_at = {};  ///< When it ends, for Client::expires_at.
};

struct Tokens {
  bool required = true;  ///< Whether a client without one is refused, too.

  std::string secret = {};  ///< Empty: no tokens of our own.
  std::string salt = "user socket";
  std::optional<std::chrono::seconds> max_age = {};  ///< What the token says, unless given.

  std::vector<entmoot::JwtKey> jwt_keys = {};  ///< Empty: no JSON Web Tokens.
  entmoot::JwtRules jwt_rules = {};

  /// Makes the verifiers. An error says which setting cannot work.
  [[nodiscard]] entmoot::Result<void> settle();
  /// Whether tokens are looked at.
  [[nodiscard]] bool given() const noexcept { return key || jwt; }
  /// The errors are those of phoenix/token.hpp and phoenix/jwt.hpp. Only if given().
  [[nodiscard]] entmoot::Result<Identity> verify(std::string_view token) const;

  std::optional<entmoot::TokenKey> key = {};
  std::shared_ptr<const entmoot::JwtVerifier> jwt = {};  // shared by the copies of the configuration
};

/// The keys of one entry of `tokens.jwt`: `{kid, alg, key}`, `{kid, alg, secret}` or `{jwks}`.
[[nodiscard]] entmoot::Result<std::vector<entmoot::JwtKey>> jwt_keys_from(const entmoot::Json& entry);

}  // namespace entmoot_app
