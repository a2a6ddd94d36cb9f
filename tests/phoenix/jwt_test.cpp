// SPDX-License-Identifier: MIT

#include "jwt_vectors.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/phoenix/jwt.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

const std::string secret = "thirty-two bytes are the minimum";

std::string hmac(std::string_view key, const std::string& text) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac, &size);
  return {reinterpret_cast<const char*>(mac), size};
}

/// Any header and any claims, well signed all the same.
std::string signed_token(std::string_view claims, std::string_view header = R"({"alg":"HS256"})",
                         std::string_view key = secret) {
  const auto text = base64url_encode(header) + "." + base64url_encode(claims);
  return text + "." + base64url_encode(hmac(key, text));
}

std::string outcome(const JwtVerifier& verifier, std::string_view token) {
  const auto claims = verifier.verify(token);
  return claims ? "ok" : claims.error().reason;
}

JwtKeys key_of(std::string_view jwk) { return JwtKeys(JwtKey::from_jwk(parse_json(jwk).value()).value()); }

/// The test's own clock (2024-01-01) and key, with the rules given.
std::string judged(std::string_view claims, JwtRules rules = {}) {
  const ManualWallClock clock;
  return outcome(JwtVerifier(JwtKeys(JwtKey::from_secret(secret).value()), std::move(rules), clock),
                 signed_token(claims));
}

const JwtRules node_rules{.issuer = "node", .audiences = {"chat"}};
constexpr std::string_view node_tokens[] = {node::hs256, node::rs256, node::es256, node::eddsa};

}  // namespace

TEST_CASE("RFC 7515 A.1 to A.3: HS256, RS256, ES256") {
  const std::string payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  struct Row {
    std::string jwk, header, signature;
  };
  const Row rows[] = {
      {R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
       "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
      {R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2)"
       R"(mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rex)"
       R"(MdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAc)"
       R"(o9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"})",
       "eyJhbGciOiJSUzI1NiJ9",
       "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
       "O8W2Fp5jujGbds9uJdbF9CUAr7t"
       "1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
       "xi12j"
       "zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
       "IoypGlUPQ"
       "Ge77Rw"},
      {R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW)"
       R"(6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9",
       "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"}};
  ManualWallClock clock;
  for (const Row& row : rows) {
    CAPTURE(row.header);
    const JwtVerifier verifier(key_of(row.jwk), {.issuer = "joe", .leeway = 0s}, clock);
    const auto token = row.header + "." + payload + "." + row.signature;
    clock.set(WallTime(1300819379s));
    const auto claims = verifier.verify(token);
    REQUIRE(claims.has_value());
    CHECK(claims->at("http://example.com/is_root").as_bool());
    CHECK(verifier.expires_at(*claims) == WallTime(1300819380s));
    clock.set(WallTime(1300819380s));
    CHECK(outcome(verifier, token) == "token expired");
  }
}

TEST_CASE("tokens of node:crypto are taken with the key set that node exported, each by its kid") {
  const ManualWallClock clock;
  const JwtVerifier verifier(JwtKeys::from_jwks(node::jwks).value(), node_rules, clock);
  for (const auto token : node_tokens) {
    const auto claims = verifier.verify(token);
    REQUIRE(claims.has_value());
    CHECK(claims->at("sub") == Json("user-7"));
  }
}

TEST_CASE("tokens of node:crypto are taken with a single key from PEM, which has no name") {
  const ManualWallClock clock;
  const auto taken = [&](std::string_view pem, std::string_view token) {
    return outcome(JwtVerifier(JwtKeys(JwtKey::from_pem(pem).value()), node_rules, clock), token);
  };
  CHECK(taken(node::rsa_pem, node::rs256) == "ok");
  CHECK(taken(node::p256_pem, node::es256) == "ok");
  CHECK(taken(node::ed25519_pem, node::eddsa) == "ok");
  CHECK(taken(node::rsa_pem, node::pss_as_rs256) == "invalid token signature");
  CHECK(taken(node::rsa_pem, node::es256) == "wrong token algorithm");
  CHECK(taken(node::p256_pem, node::eddsa) == "wrong token algorithm");
  CHECK(taken(node::ed25519_pem, node::hs256) == "wrong token algorithm");
}

TEST_CASE("a token that was cut or changed at any place is refused, whatever its algorithm") {
  const ManualWallClock clock;
  const JwtVerifier verifier(JwtKeys::from_jwks(node::jwks).value(), node_rules, clock);
  for (const auto token : node_tokens) {
    std::string wrongly_taken;
    for (std::size_t i = 0; i < token.size(); ++i) {
      if (outcome(verifier, token.substr(0, i)) == "ok") wrongly_taken += " cut at " + std::to_string(i);
      for (const char other : {token[i] == 'A' ? 'B' : 'A', '.', '=', '+', '\0'}) {
        std::string changed(token);
        changed[i] = other;
        if (changed != token && outcome(verifier, changed) == "ok") wrongly_taken += " changed at " + std::to_string(i);
      }
    }
    CHECK(wrongly_taken == "");
    for (const char* more : {"=", ".", "A", " ", "\n"}) CHECK(outcome(verifier, std::string(token) + more) != "ok");
  }
}

TEST_CASE("the key decides the algorithm, not the token") {
  const ManualWallClock clock;
  const JwtVerifier verifier(JwtKeys(JwtKey::from_pem(node::rsa_pem).value()), {}, clock);
  const std::string claims = R"({"exp":4102444800})";
  // Signed with HMAC, and the secret is the public key that everybody has.
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256"})", node::rsa_pem)) == "wrong token algorithm");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"RS256"})", node::rsa_pem)) == "invalid token signature");

  const JwtVerifier shared(JwtKeys(JwtKey::from_secret(secret).value()), {}, clock);
  CHECK(outcome(shared, signed_token(claims)) == "ok");
  for (const char* algorithm : {"none", "None", "NONE", "hs256", "HS512", "RS256", ""}) {
    CAPTURE(algorithm);
    const auto header = R"({"alg":")" + std::string(algorithm) + R"("})";
    CHECK(outcome(shared, signed_token(claims, header)) == "wrong token algorithm");
    CHECK(outcome(shared, base64url_encode(header) + "." + base64url_encode(claims) + ".") == "wrong token algorithm");
  }
}

TEST_CASE("kid chooses among keys; without one all of the algorithm are tried") {
  const ManualWallClock clock;
  const std::string claims = R"({"exp":4102444800})", other = "another secret of thirty-two byte";
  const JwtVerifier verifier(
      JwtKeys({JwtKey::from_pem(node::rsa_pem)->named("rsa"), JwtKey::from_secret(other)->named("old"),
               JwtKey::from_secret(secret)->named("new")}),
      {}, clock);
  CHECK(outcome(verifier, signed_token(claims)) == "ok");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":"new"})")) == "ok");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":"old"})")) == "invalid token signature");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":"old"})", other)) == "ok");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":"rsa"})")) == "wrong token algorithm");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":"x"})")) == "unknown token key");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":""})")) == "unknown token key");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","kid":7})")) == "malformed token");
}

TEST_CASE("a header that asks for an extension is refused") {
  const ManualWallClock clock;
  const JwtVerifier verifier(JwtKeys(JwtKey::from_secret(secret).value()), {}, clock);
  const std::string claims = R"({"exp":4102444800})";
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","crit":["b64"],"b64":false})")) ==
        "unsupported token");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","crit":[]})")) == "unsupported token");
  CHECK(outcome(verifier, signed_token(claims, R"({"alg":"HS256","jku":"https://evil.example/keys","x":1})")) == "ok");
}

TEST_CASE("a malformed token is refused with a reason of its own") {
  const ManualWallClock clock;
  const JwtVerifier verifier(JwtKeys(JwtKey::from_secret(secret).value()), {}, clock);
  CHECK(outcome(verifier, "") == "token missing");
  CHECK(outcome(verifier, std::string(8193, 'A')) == "token too long");
  CHECK(outcome(verifier, std::string(8192, '.')) == "malformed token");
  for (const char* text : {".", "..", "...", "a.b", "a.b.c.d", "e30.e30.", "!.e30.e30", "W10.e30.e30"}) {
    CAPTURE(text);
    CHECK(outcome(verifier, text) == "malformed token");
  }
  for (const char* header : {"", "7", "[]", "{}", R"({"alg":7})", R"({"alg":"HS256"} x)"}) {
    CAPTURE(header);
    CHECK(outcome(verifier, signed_token("{}", header)) == "malformed token");
  }
  for (const char* claims : {"", "7", "[]", "null", R"("text")", R"({"exp":4102444800)"}) {
    CAPTURE(claims);
    CHECK(outcome(verifier, signed_token(claims)) == "malformed token");
  }
  // As long as may be, and good.
  std::string claims = R"({"exp":4102444800,"x":")";
  claims += std::string(6000, 'x') + "\"}";
  CHECK(outcome(verifier, signed_token(claims)) == "ok");
}

TEST_CASE("exp: from that second on the token is expired, within the leeway") {
  CHECK(judged(R"({"exp":1704067201})", {.leeway = 0s}) == "ok");
  CHECK(judged(R"({"exp":1704067200.5})", {.leeway = 0s}) == "ok");
  CHECK(judged(R"({"exp":1704067200})", {.leeway = 0s}) == "token expired");
  CHECK(judged(R"({"exp":1704067171})") == "ok");
  CHECK(judged(R"({"exp":1704067170})") == "token expired");
  CHECK(judged(R"({"exp":-1})") == "token expired");
  CHECK(judged(R"({"exp":-1e300})") == "token expired");
  CHECK(judged(R"({"exp":1e300})") == "ok");
  CHECK(judged(R"({"exp":18446744073709551615})") == "ok");
  for (const char* exp : {"null", R"("1804067200")", "true", "[1804067200]"}) {
    CAPTURE(exp);
    CHECK(judged(R"({"exp":)" + std::string(exp) + "}") == "malformed token");
  }
  CHECK(judged("{}") == "token without expiry");
  CHECK(judged("{}", {.requires_expiry = false}) == "ok");
}

TEST_CASE("nbf: before that second the token is not yet valid, within the leeway") {
  CHECK(judged(R"({"exp":4102444800,"nbf":1704067200})", {.leeway = 0s}) == "ok");
  CHECK(judged(R"({"exp":4102444800,"nbf":1704067201})", {.leeway = 0s}) == "token not yet valid");
  CHECK(judged(R"({"exp":4102444800,"nbf":1704067230})") == "ok");
  CHECK(judged(R"({"exp":4102444800,"nbf":1704067231})") == "token not yet valid");
  CHECK(judged(R"({"exp":4102444800,"nbf":"1704067200"})") == "malformed token");
}

TEST_CASE("iss must be the issuer of the rules, if they name one") {
  CHECK(judged(R"({"exp":4102444800,"iss":"me"})", {.issuer = "me"}) == "ok");
  CHECK(judged(R"({"exp":4102444800,"iss":"me"})") == "ok");
  for (const char* claims : {R"({"exp":4102444800})", R"({"exp":4102444800,"iss":"Me"})",
                             R"({"exp":4102444800,"iss":["me"]})", R"({"exp":4102444800,"iss":null})"}) {
    CAPTURE(claims);
    CHECK(judged(claims, {.issuer = "me"}) == "wrong token issuer");
  }
}

TEST_CASE("aud must name us, alone or in a list") {
  const JwtRules us{.audiences = {"chat", "https://chat.example"}};
  for (const char* aud : {R"("chat")", R"("https://chat.example")", R"(["x","chat"])", R"([7,"chat"])"}) {
    CAPTURE(aud);
    CHECK(judged(R"({"exp":4102444800,"aud":)" + std::string(aud) + "}", us) == "ok");
  }
  for (const char* aud : {R"("Chat")", R"("")", "[]", R"(["x"])", R"([["chat"]])", "null", "7", R"({"chat":true})"}) {
    CAPTURE(aud);
    const auto claims = R"({"exp":4102444800,"aud":)" + std::string(aud) + "}";
    CHECK(judged(claims, us) == "wrong token audience");
    CHECK(judged(claims) == "wrong token audience");
  }
  CHECK(judged(R"({"exp":4102444800})", us) == "wrong token audience");
  CHECK(judged(R"({"exp":4102444800})") == "ok");
}

TEST_CASE("a key set skips unusable keys, and is an error if none is left") {
  const auto loaded = [](std::string_view document) {
    const auto keys = JwtKeys::from_jwks(document);
    return keys ? std::to_string(keys->all().size()) : keys.error().reason;
  };
  CHECK(loaded(node::jwks) == "4");
  auto set = parse_json(node::jwks).value();
  auto& keys = set.at("keys").as_array();
  keys.insert(keys.begin(), {Json(7), Json{{"kty", "EC"}, {"crv", "P-521"}}, Json{{"kty", "PQC"}}});
  CHECK(loaded(to_json(set)) == "4");
  CHECK(loaded(R"({"keys":[{"kty":"EC"}]})") == "no usable key in the set: not a valid RSA, P-256 or Ed25519 key");
  CHECK(loaded(R"({"keys":[]})") == "no key in the set");
  for (const char* document : {"{}", "[]", R"({"keys":{}})", "7"}) {
    CHECK(loaded(document) == R"(invalid key set: expected an object with a list "keys")");
  }
  CHECK(loaded("{").starts_with("invalid JSON"));
  CHECK(loaded(std::string(300'000, ' ')) == "the key set is longer than 256 KiB");
  for (int i = 0; i < 30; ++i) keys.push_back(keys.back());
  CHECK(loaded(to_json(set)) == "more than 32 keys in the set");
}

TEST_CASE("one verifier serves several threads at once") {
  const ManualWallClock clock;
  const JwtVerifier verifier(JwtKeys::from_jwks(node::jwks).value(), node_rules, clock);
  std::atomic<int> taken = 0, refused = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        for (const auto token : node_tokens) taken += verifier.verify(token).has_value();
        refused += verifier.verify(node::pss_as_rs256).has_error();
      }
    });
  }
  threads.clear();
  CHECK(taken == 80);
  CHECK(refused == 20);
}
