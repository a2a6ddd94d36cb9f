// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/token.hpp>

#include <entmoot/base/base64.hpp>
#include <entmoot/base/check.hpp>

#include <boost/json/object.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace entmoot {

namespace {

constexpr int rounds = 1000;                     // Plug.Crypto's key_iterations
constexpr std::string_view header = "SFMyNTY.";  // base64url of "HS256"

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Error fail(TokenProblem problem) {
  switch (problem) {
    case TokenProblem::missing: return fail(ErrorCode::unauthorized, "token missing");
    case TokenProblem::invalid: return fail(ErrorCode::unauthorized, "invalid token");
    case TokenProblem::expired: return fail(ErrorCode::unauthorized, "token expired");
  }
  return fail(ErrorCode::unauthorized, "invalid token");
}

void throw_exception_from_error(TokenProblem problem, const boost::source_location&) {
  throw std::runtime_error(fail(problem).reason);
}

Result<TokenKey> TokenKey::derive(std::string_view secret, std::string_view salt, const WallClock& clock) {
  if (secret.size() < secret_bytes_min) {
    return fail(ErrorCode::invalid,
                fmt::format("the token secret has {} bytes and needs at least {}: generate one with "
                            "`openssl rand -base64 48` and keep it out of the source",
                            secret.size(), secret_bytes_min));
  }
  TokenKey key(clock);
  const int done =
      PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), bytes_of(salt), static_cast<int>(salt.size()),
                        rounds, EVP_sha256(), static_cast<int>(key.key_.size()), key.key_.data());
  ENTMOOT_CHECK(done == 1, "PKCS5_PBKDF2_HMAC failed");
  return key;
}

TokenKey::Bytes TokenKey::mac(std::string_view text) const {
  Bytes mac;
  unsigned size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes_of(text), text.size(), mac.data(), &size);
  ENTMOOT_CHECK(done && size == mac.size(), "HMAC-SHA256 failed");
  return mac;
}

std::string TokenKey::sign(const Json& data, Signing signing) const {
  boost::json::object payload;
  payload["data"] = data;
  payload["signed"] = signing.signed_at.value_or(clock_->now()).time_since_epoch().count();
  payload["max_age"] = signing.max_age == forever ? Json() : Json(signing.max_age.count());
  std::string token = std::string(header) + base64url_encode(to_json(payload));
  const Bytes signature = mac(token);
  token += '.';
  token += base64url_encode({reinterpret_cast<const char*>(signature.data()), signature.size()});
  return token;
}

boost::system::result<Json, TokenProblem> TokenKey::verify(std::string_view token, Verifying verifying) const {
  if (token.empty()) return TokenProblem::missing;
  const auto dot = token.rfind('.');
  if (!token.starts_with(header) || dot < header.size()) return TokenProblem::invalid;
  const auto signature = base64url_decode(token.substr(dot + 1));
  const Bytes expected = mac(token.substr(0, dot));
  if (!signature || signature->size() != expected.size() ||
      CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
    return TokenProblem::invalid;
  }

  // The signature is valid, but the payload may come from another version or another program.
  const auto text = base64url_decode(token.substr(header.size(), dot - header.size()));
  if (!text) return TokenProblem::invalid;
  auto payload = parse_json(*text);
  auto* const fields = payload ? payload->if_object() : nullptr;
  if (!fields) return TokenProblem::invalid;
  auto* const data = fields->if_contains("data");
  const auto* const signed_at = fields->if_contains("signed");
  const auto* const max_age = fields->if_contains("max_age");
  if (!data || !signed_at || !signed_at->is_int64() || signed_at->get_int64() < 0 || !max_age ||
      !(max_age->is_null() || max_age->is_int64())) {
    return TokenProblem::invalid;
  }

  const auto allowed =
      verifying.max_age.value_or(max_age->is_null() ? forever : std::chrono::seconds(max_age->get_int64()));
  const auto age = clock_->now() - WallTime(std::chrono::milliseconds(signed_at->get_int64()));
  // Rounded up to seconds instead of converting the allowed age to milliseconds, which could overflow.
  if (allowed.count() <= 0 || std::chrono::ceil<std::chrono::seconds>(age) > allowed) return TokenProblem::expired;
  return std::move(*data);
}

}  // namespace entmoot
