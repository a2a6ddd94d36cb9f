// SPDX-License-Identifier: MIT

#pragma once

// JSON Web Tokens signed by another party, such as a login service. Verifies the signature, the issuer, the audience
// and the validity period. RFC 7519, 7515 (compact form), 8725 (best current practices).
//
//     const JwtVerifier tokens(JwtKeys::from_jwks(document).value(),
//                              {.issuer = "https://login.example", .audiences = {"chat"}});
//     auto claims = tokens.verify(token);
//     if (!claims) return claims.error();
//     client.assigns["user"] = claims->at("sub");
//     client.expires_at = tokens.expires_at(*claims);
//
// The error reasons are meant for the client and for the log; each has one cause:
//
//     token missing            the token is empty
//     token too long           more than token_bytes_max
//     malformed token          not three parts of base64url, not JSON, a claim of the wrong type
//     unsupported token        the header requires an extension (`crit`)
//     unknown token key        no key with that `kid`
//     wrong token algorithm    not the algorithm of its key; `none` is never accepted
//     invalid token signature
//     token without expiry     no `exp`, and the rules require one
//     token expired            `exp` has passed
//     token not yet valid      `nbf` is in the future
//     wrong token issuer       `iss` is not the issuer in the rules
//     wrong token audience     `aud` does not include an audience in the rules
//
// Nothing in a token is trusted before its signature has been verified, except the name of the key to verify it with.
//
// Immutable after construction: one verifier serves all shards. Verifying a signature takes 30 to 150 microseconds.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/jwt_key.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// The keys of one issuer: usually one, several during key rotation.
class JwtKeys {
 public:
  /// Bounded, because every key without a name is tried.
  static constexpr std::size_t keys_max = 32;

  /// One key, or several in the order in which they are tried.
  explicit JwtKeys(std::vector<JwtKey> keys);
  explicit JwtKeys(JwtKey key) : JwtKeys(std::vector{std::move(key)}) {}
  /// A JSON Web Key Set (RFC 7517 §5), as issuers publish it. Unusable keys are skipped and logged, as §5 requires; an
  /// error if no key is left.
  [[nodiscard]] static Result<JwtKeys> from_jwks(std::string_view document);

  [[nodiscard]] const std::vector<JwtKey>& all() const noexcept { return keys_; }

 private:
  std::vector<JwtKey> keys_;
};

/// Requirements on a token's claims.
struct JwtRules {
  /// The required `iss`. Empty: any issuer that signs with one of the keys.
  std::string issuer = {};
  /// The server's own names. `aud` must be present and contain one of them; with an empty list, a token that has an
  /// `aud` is rejected (RFC 7519 §4.1.3).
  std::vector<std::string> audiences = {};
  /// Tolerated difference between the issuer's clock and ours, for `exp` and `nbf`.
  std::chrono::seconds leeway{30};
  /// A leaked token without `exp` stays valid for ever.
  bool requires_expiry = true;
};

class JwtVerifier {
 public:
  static constexpr std::size_t token_bytes_max = 8 * KiB;

  /// `clock` outlives the verifier.
  explicit JwtVerifier(JwtKeys keys, JwtRules rules = {}, const WallClock& clock = SystemClock::shared())
      : keys_(std::move(keys)), rules_(std::move(rules)), clock_(clock) {}

  /// Returns the claims of a valid token.
  [[nodiscard]] Result<boost::json::object> verify(std::string_view token) const;
  /// When a token with these claims is no longer accepted: `exp` plus the leeway, for Client::expires_at. None: never.
  [[nodiscard]] std::optional<WallTime> expires_at(const boost::json::object& claims) const noexcept;

 private:
  [[nodiscard]] Result<void> check_signature(std::string_view header, std::string_view text,
                                             std::string_view signature) const;
  [[nodiscard]] Result<void> check_claims(const boost::json::object& claims) const;

  const JwtKeys keys_;
  const JwtRules rules_;
  const WallClock& clock_;
};

}  // namespace entmoot
