// SPDX-License-Identifier: MIT

#pragma once

// Authentication of clients: by a token signed with the server's secret (phoenix/token.hpp), or by a JSON Web Token of
// a login service (phoenix/jwt.hpp). Without either, every client is accepted.
//
// Filled in, then settled once: keys are derived and validated before the server starts. Immutable afterwards; any
// thread may verify.

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

namespace entmoot {

/// The contents of a valid token.
struct Identity {
  Json token;                               ///< The signed data, or the claims: `client.assigns.token`.
  std::optional<WallTime> expires_at = {};  ///< For Client::expires_at.
};

struct Tokens {
  bool required = true;  ///< Whether a client without a token is refused.

  std::string secret = {};  ///< Empty: no tokens signed by this server.
  std::string salt = "user socket";
  std::optional<std::chrono::seconds> max_age = {};  ///< Default: the token's.

  std::vector<JwtKey> jwt_keys = {};  ///< Empty: no JSON Web Tokens.
  JwtRules jwt_rules = {};

  /// Makes the verifiers. The error names the invalid setting.
  [[nodiscard]] Result<void> settle();
  /// Whether tokens are checked.
  [[nodiscard]] bool given() const noexcept { return key || jwt; }
  /// The errors are those of phoenix/token.hpp and phoenix/jwt.hpp. Only if given().
  [[nodiscard]] Result<Identity> verify(std::string_view token) const;

  std::optional<TokenKey> key = {};
  std::shared_ptr<const JwtVerifier> jwt = {};  // shared by copies
};

}  // namespace entmoot
