// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/jwt.hpp>

#include <entmoot/base/base64.hpp>
#include <entmoot/base/check.hpp>
#include <entmoot/base/log.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace entmoot {

namespace {

constexpr std::size_t jwks_bytes_max = 256 * KiB;

Error malformed(std::string detail) { return fail(ErrorCode::invalid, "malformed token", std::move(detail)); }

/// One part of a token: a JSON object in base64url.
Result<boost::json::object> object_of(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return malformed(text.error().reason);
  auto json = parse_json(*text);
  if (!json) return malformed(json.error().reason);
  auto* const object = json->if_object();
  if (!object) return malformed("not an object");
  return std::move(*object);
}

/// NumericDate (RFC 7519 §2): seconds since 1970, possibly with a fraction. Values outside the calendar are clamped, so
/// that no arithmetic overflows.
std::optional<WallTime> date_of(const Json& value) noexcept {
  constexpr double end_of_9999 = 253'402'300'799.0;
  if (!value.is_number()) return {};
  const double seconds = value.is_double()  ? value.get_double()
                         : value.is_int64() ? static_cast<double>(value.get_int64())
                                            : static_cast<double>(value.get_uint64());
  return WallTime(
      std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(seconds, -end_of_9999, end_of_9999) * 1000)));
}

struct Date {
  bool valid = true;
  std::optional<WallTime> time;
};

Date date_in(const boost::json::object& claims, std::string_view name) noexcept {
  const auto* const claim = claims.if_contains(name);
  if (!claim) return {};
  const auto time = date_of(*claim);
  return {time.has_value(), time};
}

bool names(const std::vector<std::string>& audiences, const Json& value) {
  const auto* const text = value.if_string();
  return text && std::find(audiences.begin(), audiences.end(), std::string_view(*text)) != audiences.end();
}

/// `aud` is one name or a list of them (RFC 7519 §4.1.3).
bool is_for(const std::vector<std::string>& audiences, const Json* audience) {
  if (!audience) return audiences.empty();
  const auto* const list = audience->if_array();
  if (!list) return names(audiences, *audience);
  return std::any_of(list->begin(), list->end(), [&](const Json& each) { return names(audiences, each); });
}

}  // namespace

JwtKeys::JwtKeys(std::vector<JwtKey> keys) : keys_(std::move(keys)) {
  ENTMOOT_CHECK(!keys_.empty() && keys_.size() <= keys_max, "JwtKeys holds 1 to 32 keys");
}

Result<JwtKeys> JwtKeys::from_jwks(std::string_view document) {
  if (document.size() > jwks_bytes_max) return fail(ErrorCode::invalid, "the key set is longer than 256 KiB");
  const auto json = parse_json(document);
  if (!json) return json.error();
  const auto* const set = json->if_object();
  const auto* const member = set ? set->if_contains("keys") : nullptr;
  const auto* const list = member ? member->if_array() : nullptr;
  if (!list) return fail(ErrorCode::invalid, "invalid key set: expected an object with a list \"keys\"");

  std::vector<JwtKey> keys;
  std::string why;
  for (const Json& jwk : *list) {
    auto key = JwtKey::from_jwk(jwk);
    if (key) {
      keys.push_back(std::move(*key));
    } else {
      why = key.error().reason;
      log::warn("skipping a key of the JSON Web Key Set: {}", why);
    }
  }
  if (keys.empty())
    return fail(ErrorCode::invalid, why.empty() ? "no key in the set" : "no usable key in the set: " + why);
  if (keys.size() > keys_max) return fail(ErrorCode::invalid, "more than 32 keys in the set");
  return JwtKeys(std::move(keys));
}

Result<boost::json::object> JwtVerifier::verify(std::string_view token) const {
  if (token.empty()) return fail(ErrorCode::unauthorized, "token missing");
  if (token.size() > token_bytes_max) return fail(ErrorCode::unauthorized, "token too long");
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return malformed("not three parts");

  if (auto done = check_signature(token.substr(0, first), token.substr(0, second), token.substr(second + 1)); !done) {
    return done.error();
  }
  auto claims = object_of(token.substr(first + 1, second - first - 1));
  if (!claims) return claims;
  if (auto done = check_claims(*claims); !done) return done.error();
  return claims;
}

Result<void> JwtVerifier::check_signature(std::string_view header, std::string_view text,
                                          std::string_view signature) const {
  const auto fields = object_of(header);
  if (!fields) return fields.error();
  const auto* const algorithm = fields->if_contains("alg");
  const auto* const id = fields->if_contains("kid");
  if (!algorithm || !algorithm->is_string()) return malformed("no alg");
  if (id && !id->is_string()) return malformed("kid is not a string");
  // RFC 7515 §4.1.11: a token with an unknown critical extension must be rejected; none is supported.
  if (fields->contains("crit")) return fail(ErrorCode::unauthorized, "unsupported token");
  const auto bytes = base64url_decode(signature);
  if (!bytes) return malformed(bytes.error().reason);

  bool known = false;
  bool tried = false;
  for (const JwtKey& key : keys_.all()) {
    if (id && !key.id().empty() && key.id() != std::string_view(id->get_string())) continue;
    known = true;
    if (name_of(key.algorithm()) != std::string_view(algorithm->get_string())) continue;
    tried = true;
    if (key.verifies(text, *bytes)) return {};
  }
  return fail(ErrorCode::unauthorized, tried   ? "invalid token signature"
                                       : known ? "wrong token algorithm"
                                               : "unknown token key");
}

Result<void> JwtVerifier::check_claims(const boost::json::object& claims) const {
  const auto expiry = date_in(claims, "exp");
  const auto not_before = date_in(claims, "nbf");
  if (!expiry.valid || !not_before.valid) return malformed("exp and nbf are numbers");
  const auto now = clock_.now();
  if (!expiry.time && rules_.requires_expiry) return fail(ErrorCode::unauthorized, "token without expiry");
  if (expiry.time && now >= *expiry.time + rules_.leeway) return fail(ErrorCode::unauthorized, "token expired");
  if (not_before.time && now + rules_.leeway < *not_before.time)
    return fail(ErrorCode::unauthorized, "token not yet valid");

  const auto* const issuer = claims.if_contains("iss");
  if (!rules_.issuer.empty() && (!issuer || *issuer != Json(rules_.issuer)))
    return fail(ErrorCode::unauthorized, "wrong token issuer");
  if (!is_for(rules_.audiences, claims.if_contains("aud")))
    return fail(ErrorCode::unauthorized, "wrong token audience");
  return {};
}

std::optional<WallTime> JwtVerifier::expires_at(const boost::json::object& claims) const noexcept {
  const auto expiry = date_in(claims, "exp").time;
  return expiry ? std::optional(*expiry + rules_.leeway) : std::nullopt;
}

}  // namespace entmoot
