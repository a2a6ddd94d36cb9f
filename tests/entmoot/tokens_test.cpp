// SPDX-License-Identifier: MIT

#include "entmoot/config.hpp"

#include <entmoot/phoenix/token.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view secret = "0123456789012345678901234567890123456789";

Result<Tokens> read(const std::string& tokens) {
  auto config = config_from({.default_export = JsonText::trusted("{\"tokens\":" + tokens + "}")});
  if (!config) return config.error();
  return config->tokens;
}

Tokens good(const std::string& tokens) {
  auto read_tokens = read(tokens);
  REQUIRE_MESSAGE(read_tokens.has_value(), (read_tokens ? "" : read_tokens.error().reason));
  return *std::move(read_tokens);
}

}  // namespace

TEST_CASE("the app's own token is verified with its secret, salt and age") {
  const auto tokens = good(R"({"secret": ")" + std::string(secret) + R"(", "salt": "chat", "maxAge": "1h"})");
  REQUIRE(tokens.given());
  CHECK(tokens.required);
  const auto key = TokenKey::derive(secret, "chat").value();
  const auto now = SystemClock::shared().now();

  const auto fresh = tokens.verify(key.sign(Json{{"user", 7}}));
  REQUIRE(fresh.has_value());
  CHECK(fresh->token.at("user").as_int64() == 7);
  CHECK(tokens.verify(key.sign(Json("x"), {.signed_at = now - 2h})).error().reason == "token expired");
  CHECK(tokens.verify(TokenKey::derive(secret, "other").value().sign(Json("x"))).error().reason == "invalid token");
  CHECK(tokens.verify("").error().reason == "token missing");
}

TEST_CASE("the keys of a login service are a secret, a key or a key set") {
  // The key of RFC 7515, appendix A.3.
  const std::string jwk = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                          R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  CHECK(good(R"({"jwt": [{"kid": "a", "alg": "ES256", "key": )" + jwk + "}]}").jwt_keys[0].id() == "a");
  CHECK(good(R"({"jwt": [{"secret": ")" + std::string(secret) + R"("}]})").jwt_keys[0].algorithm() ==
        JwtAlgorithm::hs256);
  const auto set = good(R"({"jwt": [{"jwks": {"keys": [)" + jwk +
                        R"(]}}], "audience": "chat", "issuer": "https://i", )"
                        R"("leeway": 0, "required": false})");
  CHECK(set.jwt_keys.size() == 1);
  CHECK(set.jwt_rules.audiences == std::vector<std::string>{"chat"});
  CHECK(set.jwt_rules.issuer == "https://i");
  CHECK(set.jwt_rules.leeway == 0s);
  CHECK_FALSE(set.required);
  CHECK(set.verify("a.b").error().reason == "malformed token");
}

TEST_CASE("settings with which no token could be verified are an error at the start") {
  const struct {
    std::string json;
    std::string_view error;
  } rows[] = {
      {"{}", "`tokens` has neither `secret` nor `jwt`"},  // an environment variable that is not set
      {R"({"salt": "x"})", "`tokens` has neither `secret` nor `jwt`"},
      {R"({"secret": "short"})", "`tokens.secret` is invalid"},
      {R"({"secret": ""})", "`tokens.secret` must be a string"},
      {R"({"jwt": []})", "`tokens.jwt` must be a list of keys"},
      {R"({"jwt": [{}]})", "each entry must have exactly one of `key`, `secret` and `jwks`"},
      {R"({"jwt": [{"kid": "a", "pem": "x"}]})", "unknown field `pem`"},
      {R"({"jwt": [{"key": "no key"}]})", "`tokens.jwt` is invalid: "},
      {R"({"jwt": [{"alg": "RS256", "secret": "0123456789012345678901234567890123456789"}]})",
       "`alg` is \"RS256\", but the key is for HS256"},
      {R"({"secret": "0123456789012345678901234567890123456789", "jwt": [{"secret": "0123456789012345678901234567890123456789"}]})",
       "`tokens` has both `secret` and `jwt`"},
  };
  for (const auto& [json, error] : rows) {
    INFO(json);
    const auto tokens = read(json);
    REQUIRE_FALSE(tokens.has_value());
    CHECK_MESSAGE(tokens.error().reason.find(error) != std::string::npos, tokens.error().reason);
  }
}
