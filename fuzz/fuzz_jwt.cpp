// SPDX-License-Identifier: MIT

// Tokens from clients. The first byte selects: the token as it is, or signed with our key, so that the code behind the
// signature check is reached too. Invariants: no unsigned token is accepted, a signed token returns its contents, a
// changed letter makes it invalid, and base64 has one text for one value.

#include "../tests/phoenix/jwt_vectors.hpp"
#include "wire.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/phoenix/jwt.hpp>
#include <entmoot/phoenix/token.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

using namespace entmoot;
using entmoot::fuzz::require;

namespace {

const ManualWallClock the_clock;
constexpr std::string_view secret = "a secret that everybody may know";

std::string signed_with(std::string_view key, const std::string& text) {
  std::array<unsigned char, 32> mac;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac.data(), &size);
  return text + '.' + base64url_encode({reinterpret_cast<const char*>(mac.data()), size});
}

void check_jwt(const JwtVerifier& verifier, std::string_view token, bool may_be_good) {
  static const std::set<std::string> reasons = {
      "token missing",     "token too long",        "malformed token",         "unsupported token",
      "unknown token key", "wrong token algorithm", "invalid token signature", "token without expiry",
      "token expired",     "token not yet valid",   "wrong token issuer",      "wrong token audience"};
  const auto claims = verifier.verify(token);
  if (!claims) return require(reasons.contains(claims.error().reason));
  require(may_be_good && claims->at("exp").is_number());
  require(verifier.expires_at(*claims).value() > the_clock.now());
}

/// Any header and claims with our signature: `header\nclaims`.
void own_jwt(std::string_view text) {
  static const JwtVerifier verifier(JwtKeys(JwtKey::from_secret(secret).value()), {}, the_clock);
  const auto end = std::min(text.find('\n'), text.size());
  const auto claims = text.substr(std::min(end + 1, text.size()));
  const auto token = signed_with(secret, base64url_encode(text.substr(0, end)) + '.' + base64url_encode(claims));
  check_jwt(verifier, token, true);
}

void foreign_jwt(std::string_view token) {
  static const JwtVerifier verifier(JwtKeys::from_jwks(node::jwks).value(), {}, the_clock);
  static const std::set<std::string_view> good = {node::hs256, node::rs256, node::es256, node::eddsa};
  check_jwt(verifier, token, good.contains(token));
}

const TokenKey& token_key() {
  static const TokenKey key = TokenKey::derive(secret, "salt", the_clock).value();
  return key;
}

bool has_reals(const Json& value) {
  if (const auto* list = value.if_array()) return std::ranges::any_of(*list, has_reals);
  if (const auto* object = value.if_object()) {
    return std::ranges::any_of(*object, [](const auto& member) { return has_reals(member.value()); });
  }
  return value.is_double();
}

/// Not for reals: Boost may read one a last digit away from what it wrote.
void own_token(std::string_view text, unsigned char where) {
  const auto value = parse_json(text);
  if (!value || has_reals(*value)) return;
  auto token = token_key().sign(*value);
  require(token_key().verify(token).value() == *value);
  token[where % token.size()] ^= 1;
  require(!token_key().verify(token));
}

/// Any payload with a valid signature, as another version might have written it.
void strange_token(std::string_view payload) {
  static const std::string key = [] {
    std::string bytes(32, '\0');
    PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>("salt"), 4,
                      1000, EVP_sha256(), static_cast<int>(bytes.size()),
                      reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
  }();
  const auto data = token_key().verify(signed_with(key, "SFMyNTY." + base64url_encode(payload)));
  if (data) require(parse_json(payload).value().at("data") == *data);
}

void base64(std::string_view text) {
  require(base64_decode(base64_encode(text)).value() == text);
  require(base64url_decode(base64url_encode(text)).value() == text);
  const auto any = base64_decode_any(text);
  for (const auto& [strict, encode] :
       {std::pair(base64_decode(text), &base64_encode), std::pair(base64url_decode(text), &base64url_encode)}) {
    if (strict) require(encode(*strict) == text && any.value() == *strict);
  }
  if (any) require(base64_decode_any(base64_encode(*any)).value() == *any);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool quiet = (spdlog::set_level(spdlog::level::off), true);
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0: foreign_jwt(text); break;
    case 1: own_jwt(text); break;
    case 2: require(!token_key().verify(text)); break;
    case 3: own_token(text.substr(1), data[1]); break;
    case 4: strange_token(text); break;
    default: base64(text);
  }
  return 0;
}
