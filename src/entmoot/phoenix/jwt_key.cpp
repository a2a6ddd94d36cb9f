// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/jwt_key.hpp>

#include <entmoot/base/base64.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace entmoot {

namespace {

template <auto free_it>
struct Freed {
  template <class T>
  void operator()(T* owned) const noexcept {
    free_it(owned);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using PublicKey = std::shared_ptr<EVP_PKEY>;

constexpr std::size_t p256_bytes = 32;  // one coordinate, or one half of a signature

/// Clears the thread's OpenSSL error queue when it goes out of scope.
struct ErrorsCleared {
  ErrorsCleared() = default;
  ErrorsCleared(const ErrorsCleared&) = delete;
  ErrorsCleared& operator=(const ErrorsCleared&) = delete;
  ~ErrorsCleared() { ERR_clear_error(); }
};

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

PublicKey owned(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

Number number(std::string_view big_endian) {
  return Number(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::string_view text_of(const boost::json::object& jwk, std::string_view name) {
  const auto* const field = jwk.if_contains(name);
  const auto* const text = field ? field->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

/// A non-empty member in base64url, decoded.
std::optional<std::string> bytes_in(const boost::json::object& jwk, std::string_view name) {
  auto bytes = base64url_decode(text_of(jwk, name));
  if (!bytes || bytes->empty()) return {};
  return std::move(*bytes);
}

PublicKey made_of(const char* type, OSSL_PARAM* parameters) {
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || !parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  return owned(key);
}

/// RFC 7518 §6.3.1.
PublicKey rsa_key(const boost::json::object& jwk) {
  const auto n = bytes_in(jwk, "n");
  const auto e = bytes_in(jwk, "e");
  if (!n || !e || n->size() * 8 > static_cast<std::size_t>(JwtKey::rsa_bits_max) || e->size() > 8) return nullptr;
  const Number modulus = number(*n);
  const Number exponent = number(*e);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) ||
      !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get())) {
    return nullptr;
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  return made_of("RSA", parameters.get());
}

/// RFC 7518 §6.2.1. OpenSSL refuses a point that is not on the curve.
PublicKey p256_key(const boost::json::object& jwk) {
  const auto x = bytes_in(jwk, "x");
  const auto y = bytes_in(jwk, "y");
  if (text_of(jwk, "crv") != "P-256" || !x || !y || x->size() != p256_bytes || y->size() != p256_bytes) return nullptr;
  std::string group = "P-256";
  std::string point = '\4' + *x + *y;  // SEC 1 §2.3.3, uncompressed
  std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end(),
  };
  return made_of("EC", parameters.data());
}

/// RFC 8037 §2.
PublicKey ed25519_key(const boost::json::object& jwk) {
  const auto x = bytes_in(jwk, "x");
  if (text_of(jwk, "crv") != "Ed25519" || !x) return nullptr;
  return owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 32> group{};
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == "prime256v1";
}

/// With an exponent of 1 every text is its own signature; an even exponent is invalid.
bool has_sound_exponent(const EVP_PKEY* key) {
  BIGNUM* exponent = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return false;
  const Number owner(exponent);
  return BN_is_odd(exponent) && !BN_is_one(exponent);
}

/// The two halves of an ES256 signature (RFC 7518 §3.4) in the DER that OpenSSL takes. Empty: malformed.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * p256_bytes) return {};
  const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> halves(ECDSA_SIG_new());
  if (ECDSA_SIG_set0(halves.get(), number(signature.substr(0, p256_bytes)).release(),
                     number(signature.substr(p256_bytes)).release()) != 1) {
    return {};
  }
  const int size = i2d_ECDSA_SIG(halves.get(), nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(halves.get(), &out);
  return der;
}

bool is_hmac(std::string_view secret, std::string_view text, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> expected;
  unsigned size = 0;
  return HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(),
              expected.data(), &size) &&
         signature.size() == size && CRYPTO_memcmp(signature.data(), expected.data(), size) == 0;
}

/// Checks the purpose that a JSON Web Key declares, if it declares one.
Result<void> check_purpose(const boost::json::object& jwk, JwtAlgorithm algorithm) {
  if (jwk.contains("alg") && text_of(jwk, "alg") != name_of(algorithm)) {
    return fail(ErrorCode::invalid, fmt::format("the key's \"alg\" is not {}", name_of(algorithm)));
  }
  if (jwk.contains("use") && text_of(jwk, "use") != "sig")
    return fail(ErrorCode::invalid, "the key's \"use\" is not \"sig\"");
  if (const auto* const operations = jwk.if_contains("key_ops")) {
    const auto* const list = operations->if_array();
    if (!list || std::find(list->begin(), list->end(), Json("verify")) == list->end()) {
      return fail(ErrorCode::invalid, "the key's \"key_ops\" do not include \"verify\"");
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(JwtAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case JwtAlgorithm::hs256: return "HS256";
    case JwtAlgorithm::rs256: return "RS256";
    case JwtAlgorithm::es256: return "ES256";
    case JwtAlgorithm::eddsa: return "EdDSA";
  }
  return {};
}

Result<JwtKey> JwtKey::from_secret(std::string_view secret) {
  if (secret.size() < secret_bytes_min) {
    return fail(ErrorCode::invalid,
                fmt::format("the secret has {} bytes and HS256 needs at least {}", secret.size(), secret_bytes_min));
  }
  // A public key is not a secret: used as one, it would let anyone sign.
  if (secret.find("-----BEGIN ") != std::string_view::npos)
    return fail(ErrorCode::invalid, "the secret is a PEM file: use from_pem");
  return JwtKey(JwtAlgorithm::hs256, std::string(secret), nullptr);
}

Result<JwtKey> JwtKey::from_pem(std::string_view pem) {
  const ErrorsCleared cleared;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto* const key = PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr);
  if (!key) return fail(ErrorCode::invalid, "not a PEM public key (-----BEGIN PUBLIC KEY-----)");
  return from_public(owned(key));
}

Result<JwtKey> JwtKey::from_jwk(const Json& jwk) {
  const ErrorsCleared cleared;
  const auto* const fields = jwk.if_object();
  if (!fields) return fail(ErrorCode::invalid, "invalid JSON Web Key: expected an object");
  const auto type = text_of(*fields, "kty");
  auto made = [&]() -> Result<JwtKey> {
    if (type == "oct") {
      const auto secret = bytes_in(*fields, "k");
      return secret ? from_secret(*secret) : fail(ErrorCode::invalid, "not a valid oct key");
    }
    auto key = type == "RSA"   ? rsa_key(*fields)
               : type == "EC"  ? p256_key(*fields)
               : type == "OKP" ? ed25519_key(*fields)
                               : nullptr;
    if (!key) return fail(ErrorCode::invalid, "not a valid RSA, P-256 or Ed25519 key");
    return from_public(std::move(key));
  }();
  if (!made) return made;
  if (const auto purpose = check_purpose(*fields, made->algorithm()); !purpose) return purpose.error();
  return made->named(std::string(text_of(*fields, "kid")));
}

Result<JwtKey> JwtKey::from_public(PublicKey key) {
  switch (EVP_PKEY_get_id(key.get())) {
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key.get());
      if (bits < rsa_bits_min || bits > rsa_bits_max) {
        return fail(ErrorCode::invalid,
                    fmt::format("the RSA key has {} bits, not {} to {}", bits, rsa_bits_min, rsa_bits_max));
      }
      if (!has_sound_exponent(key.get())) return fail(ErrorCode::invalid, "the RSA key's exponent is insecure");
      return JwtKey(JwtAlgorithm::rs256, {}, std::move(key));
    }
    case EVP_PKEY_EC:
      if (!is_p256(key.get())) return fail(ErrorCode::invalid, "the EC key is not on P-256");
      return JwtKey(JwtAlgorithm::es256, {}, std::move(key));
    case EVP_PKEY_ED25519: return JwtKey(JwtAlgorithm::eddsa, {}, std::move(key));
    default: return fail(ErrorCode::invalid, "the key is neither RSA nor EC nor Ed25519");
  }
}

JwtKey JwtKey::named(std::string id) const {
  JwtKey key = *this;
  key.id_ = std::move(id);
  return key;
}

bool JwtKey::verifies(std::string_view text, std::string_view signature) const {
  if (algorithm_ == JwtAlgorithm::hs256) return is_hmac(secret_, text, signature);
  const ErrorsCleared cleared;
  std::string der;
  if (algorithm_ == JwtAlgorithm::es256) signature = der = der_of(signature);
  if (signature.empty()) return false;
  // Ed25519 includes its own hash.
  const EVP_MD* const hash = algorithm_ == JwtAlgorithm::eddsa ? nullptr : EVP_sha256();
  const Digest digest(EVP_MD_CTX_new());
  return digest && EVP_DigestVerifyInit(digest.get(), nullptr, hash, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace entmoot
