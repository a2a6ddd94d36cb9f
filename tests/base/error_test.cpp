// SPDX-License-Identifier: MIT

#include <entmoot/base/error.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/utf8.hpp>

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>
#include <string>

using namespace entmoot;

TEST_CASE("every error code has a unique name") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::io); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CAPTURE(i);
    CHECK(names.insert(to_string(code)).second);
    CHECK(error_code_named(to_string(code)) == code);
  }
  CHECK(names.count("?") == 0);
  CHECK_FALSE(error_code_named("no such code").has_value());
}

TEST_CASE("guarded() returns what a function returns") {
  CHECK(guarded([] { return 7; }).value() == 7);
  CHECK(guarded([] {}).has_value());
  CHECK(guarded([]() -> Result<std::string> { return std::string("x"); }).value() == "x");
  CHECK(guarded([]() -> Result<std::string> { return fail(ErrorCode::not_found, "no"); }).error() ==
        fail(ErrorCode::not_found, "no"));
}

TEST_CASE("guarded() turns every exception into an Error, std::exception or not") {
  const auto standard = guarded([]() -> int { throw std::runtime_error("broken"); });
  REQUIRE_FALSE(standard.has_value());
  CHECK(standard.error() == fail(ErrorCode::exception, "broken"));
  const auto number = guarded([] { throw 5; });
  REQUIRE_FALSE(number.has_value());
  CHECK(number.error().code == ErrorCode::exception);
  CHECK(number.error().has_reason());
  const auto in_a_result = guarded([]() -> Result<std::string> { throw "text"; });
  REQUIRE_FALSE(in_a_result.has_value());
  CHECK(in_a_result.error().code == ErrorCode::exception);
}

TEST_CASE("utf8_prefix() cuts between two code points") {
  CHECK(utf8_prefix("abc", 3) == "abc");
  CHECK(utf8_prefix("abc", 2) == "ab");
  CHECK(utf8_prefix("a\xc3\xa4z", 2) == "a");
  CHECK(utf8_prefix("a\xc3\xa4z", 3) == "a\xc3\xa4");
  CHECK(utf8_prefix("\xf0\x9f\x98\x80", 3).empty());
  CHECK(utf8_prefix("", 0).empty());
}
