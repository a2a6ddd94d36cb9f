// SPDX-License-Identifier: MIT

#include "jwt_vectors.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/phoenix/jwt_key.hpp>

#include <doctest/doctest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>

using namespace entmoot;

namespace {

std::string made(const Result<JwtKey>& key) {
  return key ? std::string(name_of(key->algorithm())) : key.error().reason;
}

std::string made_of_jwk(std::string_view jwk) { return made(JwtKey::from_jwk(parse_json(jwk).value())); }

/// The keys of the set as node made them: RSA, P-256, Ed25519, a secret.
boost::json::object jwk(std::size_t i) {
  return parse_json(node::jwks).value().at("keys").as_array().at(i).as_object();
}

template <class Value>
std::string changed(std::size_t i, std::string_view name, const Value& value) {
  auto key = jwk(i);
  key[name] = value;
  return made(JwtKey::from_jwk(key));
}

}  // namespace

TEST_CASE("RFC 8037 A.4: a text signed with Ed25519") {
  const auto key =
      JwtKey::from_jwk(
          parse_json(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})").value())
          .value();
  const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  auto signature =
      base64url_decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
          .value();
  CHECK(key.algorithm() == JwtAlgorithm::eddsa);
  CHECK(key.verifies(text, signature));
  CHECK_FALSE(key.verifies(text + " ", signature));
  CHECK_FALSE(key.verifies(text, signature + '\0'));
  CHECK_FALSE(key.verifies(text, ""));
  signature[0] ^= 1;
  CHECK_FALSE(key.verifies(text, signature));
}

TEST_CASE("a key in PEM decides the algorithm, and weak or foreign ones are refused") {
  CHECK(made(JwtKey::from_pem(node::rsa_pem)) == "RS256");
  CHECK(made(JwtKey::from_pem(node::p256_pem)) == "ES256");
  CHECK(made(JwtKey::from_pem(node::ed25519_pem)) == "EdDSA");
  CHECK(made(JwtKey::from_pem(node::rsa_1024_pem)) == "the RSA key has 1024 bits, not 2048 to 8192");
  CHECK(made(JwtKey::from_pem(node::rsa_2040_pem)) == "the RSA key has 2040 bits, not 2048 to 8192");
  CHECK(made(JwtKey::from_pem(node::p384_pem)) == "the EC key is not on P-256");
  CHECK(made(JwtKey::from_pem(node::secp256k1_pem)) == "the EC key is not on P-256");
  for (const auto pem : {node::rsa_pss_pem, node::ed448_pem, node::x25519_pem}) {
    CHECK(made(JwtKey::from_pem(pem)) == "the key is neither RSA nor EC nor Ed25519");
  }
  for (const auto pem : {std::string_view(), std::string_view("a secret"), node::rsa_pem.substr(0, 200)}) {
    CHECK(made(JwtKey::from_pem(pem)) == "not a PEM public key (-----BEGIN PUBLIC KEY-----)");
  }
}

TEST_CASE("a JSON Web Key of each kind") {
  CHECK(made(JwtKey::from_jwk(jwk(0))) == "RS256");
  CHECK(made(JwtKey::from_jwk(jwk(1))) == "ES256");
  CHECK(made(JwtKey::from_jwk(jwk(2))) == "EdDSA");
  CHECK(made(JwtKey::from_jwk(jwk(3))) == "HS256");
  CHECK(JwtKey::from_jwk(jwk(0))->id() == "r");
  CHECK(JwtKey::from_pem(node::rsa_pem)->named("new").id() == "new");
}

TEST_CASE("a JSON Web Key that is for something else is refused") {
  CHECK(changed(0, "alg", "RS512") == "the key's \"alg\" is not RS256");
  CHECK(changed(0, "alg", "PS256") == "the key's \"alg\" is not RS256");
  CHECK(changed(0, "alg", "HS256") == "the key's \"alg\" is not RS256");
  CHECK(changed(0, "alg", 7) == "the key's \"alg\" is not RS256");
  CHECK(changed(1, "use", "enc") == "the key's \"use\" is not \"sig\"");
  CHECK(changed(2, "key_ops", boost::json::array{"sign"}) == "the key's \"key_ops\" do not include \"verify\"");
  CHECK(changed(2, "key_ops", "verify") == "the key's \"key_ops\" do not include \"verify\"");
  CHECK(changed(2, "key_ops", boost::json::array{"sign", "verify"}) == "EdDSA");
}

TEST_CASE("a malformed JSON Web Key is refused") {
  const std::string invalid = "not a valid RSA, P-256 or Ed25519 key";
  CHECK(made(JwtKey::from_jwk("text")) == "invalid JSON Web Key: expected an object");
  CHECK(made_of_jwk("{}") == invalid);
  CHECK(made_of_jwk(R"({"kty":"RSA"})") == invalid);
  CHECK(changed(0, "kty", "rsa") == invalid);
  CHECK(changed(0, "n", "AQAB") == "the RSA key has 17 bits, not 2048 to 8192");
  CHECK(changed(0, "n", base64url_encode(std::string(1025, '\xff'))) == invalid);
  CHECK(changed(0, "n", std::string(jwk(0)["n"].as_string()) + "=") == invalid);
  CHECK(changed(0, "e", "AQ") == "the RSA key's exponent is insecure");
  CHECK(changed(0, "e", "Ag") == "the RSA key's exponent is insecure");
  CHECK(changed(0, "e", "AQABAQABAQAB") == invalid);
  CHECK(changed(1, "crv", "P-384") == invalid);
  CHECK(changed(1, "crv", "secp256k1") == invalid);
  CHECK(changed(1, "x", jwk(1)["y"]) == invalid);  // not on the curve
  CHECK(changed(1, "x", base64url_encode(std::string(31, 'x'))) == invalid);
  CHECK(changed(1, "y", nullptr) == invalid);
  CHECK(changed(2, "crv", "Ed448") == invalid);
  CHECK(changed(2, "crv", "X25519") == invalid);
  CHECK(changed(2, "x", base64url_encode(std::string(31, 'x'))) == invalid);
  CHECK(changed(3, "k", "") == "not a valid oct key");
  CHECK(changed(3, "k", base64url_encode(std::string(31, 'k'))) ==
        "the secret has 31 bytes and HS256 needs at least 32");
}

TEST_CASE("a public key is no secret") {
  CHECK(made(JwtKey::from_secret(node::rsa_pem)) == "the secret is a PEM file: use from_pem");
  CHECK(made(JwtKey::from_secret(std::string(31, 's'))) == "the secret has 31 bytes and HS256 needs at least 32");
  CHECK(made(JwtKey::from_secret(std::string(32, 's'))) == "HS256");
}
