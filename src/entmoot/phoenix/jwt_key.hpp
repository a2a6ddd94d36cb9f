// SPDX-License-Identifier: MIT

#pragma once

// One key for verifying JSON Web Tokens of another party: a shared secret (HS256) or a public key (RS256, ES256, EdDSA
// with Ed25519). RFC 7518 §3, RFC 8037 §3.1; the cryptography is OpenSSL's.
//
// A key has one fixed algorithm. The algorithm named by a token is only compared with it, never used to select one:
// otherwise a token could be signed with the public key, used as if it were a shared secret (RFC 8725 §3.1).
//
// Weak keys are refused here, when the server starts, rather than at each token: RSA below 2048 bits, curves other than
// P-256, secrets shorter than the hash (RFC 7518 §3.2).
//
// A value, cheap to copy, immutable; any thread may use it.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct evp_pkey_st;

namespace entmoot {

enum class JwtAlgorithm { hs256, rs256, es256, eddsa };

/// The name in `alg`: "HS256", "RS256", "ES256", "EdDSA".
[[nodiscard]] std::string_view name_of(JwtAlgorithm algorithm) noexcept;

class JwtKey {
 public:
  static constexpr std::size_t secret_bytes_min = 32;
  static constexpr int rsa_bits_min = 2048;
  /// Verifying with a larger key would cost milliseconds per token.
  static constexpr int rsa_bits_max = 8192;

  [[nodiscard]] static Result<JwtKey> from_secret(std::string_view secret);
  /// A public key as `-----BEGIN PUBLIC KEY-----`. The kind of key determines the algorithm.
  [[nodiscard]] static Result<JwtKey> from_pem(std::string_view pem);
  /// A JSON Web Key (RFC 7517): kty "oct", "RSA", "EC" or "OKP". An error also if the key declares another algorithm
  /// (`alg`) or another use (`use`, `key_ops`). Private members are ignored.
  [[nodiscard]] static Result<JwtKey> from_jwk(const Json& jwk);

  /// The same key with a name, which the `kid` of a token must then match.
  [[nodiscard]] JwtKey named(std::string id) const;

  [[nodiscard]] JwtAlgorithm algorithm() const noexcept { return algorithm_; }
  /// Empty: the key has no name and is tried for any `kid`.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// Whether `signature` (bytes, in the form of RFC 7518) is this key's signature of `text`.
  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

 private:
  using PublicKey = std::shared_ptr<evp_pkey_st>;
  JwtKey(JwtAlgorithm algorithm, std::string secret, PublicKey key)
      : algorithm_(algorithm), secret_(std::move(secret)), key_(std::move(key)) {}
  [[nodiscard]] static Result<JwtKey> from_public(PublicKey key);

  JwtAlgorithm algorithm_;
  std::string id_;
  std::string secret_;  // hs256
  PublicKey key_;       // the others
};

}  // namespace entmoot
