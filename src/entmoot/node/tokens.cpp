// SPDX-License-Identifier: MIT

#include <entmoot/node/tokens.hpp>

#include <entmoot/base/check.hpp>

#include <fmt/format.h>

#include <utility>

namespace entmoot {

Result<void> Tokens::settle() {
  key.reset();
  jwt.reset();
  if (!secret.empty() && !jwt_keys.empty()) {
    return fail(ErrorCode::invalid, "`tokens` has both `secret` and `jwt`: leave one out");
  }
  if (!secret.empty()) {
    auto derived = TokenKey::derive(secret, salt);
    if (!derived) {
      return fail(ErrorCode::invalid, fmt::format("`tokens.secret` is invalid: {}", derived.error().reason));
    }
    key = *std::move(derived);
  }
  if (jwt_keys.size() > JwtKeys::keys_max) {
    return fail(ErrorCode::limit,
                fmt::format("`tokens.jwt` has {} keys; at most {} are allowed", jwt_keys.size(), JwtKeys::keys_max));
  }
  if (!jwt_keys.empty()) jwt = std::make_shared<const JwtVerifier>(JwtKeys(jwt_keys), jwt_rules);
  return {};
}

Result<Identity> Tokens::verify(std::string_view token) const {
  if (jwt) {
    auto claims = jwt->verify(token);
    if (!claims) return claims.error();
    auto expires_at = jwt->expires_at(*claims);
    return Identity{.token = *std::move(claims), .expires_at = expires_at};
  }
  ENTMOOT_CHECK(key.has_value(), "tokens are checked only if given()");
  auto signed_value = key->verify(token, {.max_age = max_age});
  if (!signed_value) return fail(signed_value.error());
  return Identity{.token = *std::move(signed_value)};
}

}  // namespace entmoot
