// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/token.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>
#include <boost/json/object.hpp>

#include <string>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

const std::string secret = "a secret that is long enough";

std::string outcome(const TokenKey& key, std::string_view token, TokenKey::Verifying verifying = {}) {
  const auto data = key.verify(token, verifying);
  return data ? to_json(*data) : fail(data.error()).reason;
}

}  // namespace

TEST_CASE("what was signed comes back, whatever it was") {
  const auto key = TokenKey::derive(secret, "user").value();
  for (const char* data : {"null", "7", R"("a.b.c")", R"({"id":7,"roles":["admin"]})", R"({"max_age":0,"signed":0})"}) {
    CAPTURE(data);
    CHECK(outcome(key, key.sign(parse_json(data).value())) == data);
  }
}

TEST_CASE("key and form are those of Plug.Crypto") {
  // Computed by another implementation: PBKDF2 (SHA-256, 1000 rounds, 32 bytes) and HMAC of Python's hashlib.
  ManualWallClock clock;
  const auto key = TokenKey::derive(secret, "user", clock).value();
  CHECK(key.sign("alice") ==
        "SFMyNTY.eyJkYXRhIjoiYWxpY2UiLCJzaWduZWQiOjE3MDQwNjcyMDAwMDAsIm1heF9hZ2UiOjg2NDAwfQ.LnqBYmM"
        "13FqLjg4WS4JKq4dw5rj3TTUL24rwC0LeIaE");
}

TEST_CASE("a token that was cut or changed anywhere is invalid") {
  const auto key = TokenKey::derive(secret, "user").value();
  const auto token = key.sign(boost::json::object{{"id", 7}});
  for (std::size_t i = 0; i < token.size(); ++i) {
    CAPTURE(i);
    if (i > 0) CHECK(outcome(key, token.substr(0, i)) == "invalid token");
    for (const char other : {'A', 'B', 'x', '.', '=', '\0'}) {
      auto changed = token;
      changed[i] = other;
      if (changed != token) CHECK(outcome(key, changed) == "invalid token");
    }
  }
  for (const std::string& text : {token + "=", token + ".", "." + token, token + " ", token + "." + token,
                                  std::string("SFMyNTY"), std::string("SFMyNTY."), std::string("..")}) {
    CAPTURE(text);
    CHECK(outcome(key, text) == "invalid token");
  }
  CHECK(outcome(key, "") == "token missing");
}

TEST_CASE("a token signed with another salt or secret is invalid") {
  const auto token = TokenKey::derive(secret, "user").value().sign(7);
  CHECK(outcome(TokenKey::derive(secret, "user").value(), token) == "7");
  CHECK(outcome(TokenKey::derive(secret, "room").value(), token) == "invalid token");
  CHECK(outcome(TokenKey::derive(secret + ".", "user").value(), token) == "invalid token");
}

TEST_CASE("a token ends when its maximal age is over: a day, what was signed, or what the verifier says") {
  ManualWallClock clock;
  const auto key = TokenKey::derive(secret, "user", clock).value();
  const auto day = key.sign(1), minute = key.sign(2, {.max_age = 60s}),
             always = key.sign(3, {.max_age = TokenKey::forever});
  const auto old = key.sign(4, {.signed_at = clock.now() - 24h});

  clock.advance(60s);
  CHECK(outcome(key, minute) == "2");
  CHECK(outcome(key, old) == "token expired");
  CHECK(outcome(key, old, {.max_age = 25h}) == "4");
  clock.advance(1ms);
  CHECK(outcome(key, minute) == "token expired");
  CHECK(outcome(key, minute, {.max_age = 61s}) == "2");
  CHECK(outcome(key, minute, {.max_age = TokenKey::forever}) == "2");
  CHECK(outcome(key, day, {.max_age = 60s}) == "token expired");
  CHECK(outcome(key, day, {.max_age = 0s}) == "token expired");
  CHECK(outcome(key, day, {.max_age = -1s}) == "token expired");

  clock.advance(24h - 60s - 1ms);
  CHECK(outcome(key, day) == "1");
  clock.advance(1ms);
  CHECK(outcome(key, day) == "token expired");
  clock.advance(24h * 365 * 100);
  CHECK(outcome(key, always) == "3");
}

TEST_CASE("a token signed in the future, by a clock ahead of ours, is valid") {
  ManualWallClock clock;
  const auto key = TokenKey::derive(secret, "user", clock).value();
  CHECK(outcome(key, key.sign(1, {.signed_at = clock.now() + 5s})) == "1");
}

TEST_CASE("a short secret is refused, and the error says what to do") {
  CHECK(TokenKey::derive(std::string(20, 's'), "").has_value());
  const auto key = TokenKey::derive(std::string(19, 's'), "user");
  REQUIRE(key.has_error());
  CHECK(key.error().reason.find("19 bytes and needs at least 20: generate one with `openssl rand") !=
        std::string::npos);
}
