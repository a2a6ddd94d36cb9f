// SPDX-License-Identifier: MIT

#pragma once

// JSON Web Tokens that somebody else has signed: a login service says who the client is, and we check that it was this
// service, that it meant us, and that its word still holds. RFC 7519, 7515 (compact form), 8725 (what to refuse).
//
//     const JwtVerifier tokens(JwtKeys::from_jwks(document).value(),
//                              {.issuer = "https://login.example", .audiences = {"chat"}});
//     auto claims = tokens.verify(token);
//     if (!claims) return claims.error();
//     client.assigns["user"] = claims->at("sub");
//     client.expires_at = tokens.expires_at(*claims);
//
// The errors are for the client and for the log alike, and each stands for one thing:
//
//     token missing            nothing was sent
//     token too long           more than token_bytes_max
//     malformed token          not three parts of base64url, not JSON, a claim of the wrong type
//     unsupported token        the header asks for an extension (`crit`)
//     unknown token key        no key of that name (`kid`)
//     wrong token algorithm    not the algorithm of its key; `none` is no algorithm
//     invalid token signature
//     token without expiry     no `exp`, and the rules ask for one
//     token expired            `exp` has come
//     token not yet valid      `nbf` has not come
//     wrong token issuer       `iss` is not the one of the rules
//     wrong token audience     `aud` names others, not us
//
// Nothing in a token is believed before its signature has been checked, except which key it is to be checked with.
//
// Immutable after construction: one verifier serves all shards. Checking a signature takes 30 to 150 microseconds.

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

/// The keys of one issuer: usually one, several while it goes from an old one to a new one.
class JwtKeys {
 public:
  /// Those without a name are all tried, so there must not be many.
  static constexpr std::size_t keys_max = 32;

  /// One key, or several in the order in which they are tried.
  explicit JwtKeys(std::vector<JwtKey> keys);
  explicit JwtKeys(JwtKey key) : JwtKeys(std::vector{std::move(key)}) {}
  /// A JSON Web Key Set (RFC 7517 §5), as issuers publish it. Keys that are not for us are skipped, with a line in the
  /// log, as §5 wants it; an error if none is left.
  [[nodiscard]] static Result<JwtKeys> from_jwks(std::string_view document);

  [[nodiscard]] const std::vector<JwtKey>& all() const noexcept { return keys_; }

 private:
  std::vector<JwtKey> keys_;
};

/// What a token must say besides being signed.
struct JwtRules {
  /// `iss` must be this. Empty: any issuer that has signed with our keys.
  std::string issuer = {};
  /// Our own names. `aud` must be there and hold one of them; without a name, a token that is meant for somebody by
  /// name is not meant for us (RFC 7519 §4.1.3).
  std::vector<std::string> audiences = {};
  /// How far the issuer's clock may be from ours, for `exp` and `nbf`.
  std::chrono::seconds leeway{30};
  /// A token without `exp` is good for ever once it has leaked.
  bool requires_expiry = true;
};

class JwtVerifier {
 public:
  static constexpr std::size_t token_bytes_max = 8 * KiB;

  /// `clock` outlives the verifier.
  explicit JwtVerifier(JwtKeys keys, JwtRules rules = {}, const WallClock& clock = SystemClock::shared())
      : keys_(std::move(keys)), rules_(std::move(rules)), clock_(clock) {}

  /// The claims.
  [[nodiscard]] Result<boost::json::object> verify(std::string_view token) const;
  /// When a token with these claims stops being taken: `exp` and the leeway, for Client::expires_at. None: never.
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
