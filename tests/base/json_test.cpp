// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace entmoot;

TEST_CASE("whatever was read as JSON can be written as JSON: numbers are finite") {
  for (const std::string beyond : {"1e309", "-1e400", "[{\"a\":[1E999]}]", "1e99999"}) {
    CHECK_MESSAGE(parse_json(beyond).has_error(), beyond);
  }
  CHECK(parse_json(std::string(400, '9')).error().reason == "invalid JSON: a number beyond a double");
  CHECK(parse_json("1e308").value() == Json(1e308));
  CHECK(parse_json("1e-999").value() == Json(0.0));
}

TEST_CASE("zero is zero, however great its exponent") {
  for (const std::string zero : {"0e309", "-0e400", "0.000e600"}) {
    CHECK_MESSAGE(parse_json(zero).value() == Json(0.0), zero);
  }
  CHECK(to_json(parse_json(R"({"exp":[0e600]})").value()) == R"({"exp":[0E0]})");
}

TEST_CASE("a JSON value becomes a compact text, with UTF-8 as it is") {
  CHECK(JsonText::of({{"name", "Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3"}, {"n", 1}}).view() ==
        "{\"name\":\"Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3\",\"n\":1}");
}

TEST_CASE("a string that is not UTF-8 never becomes a JSON text") {
  CHECK_THROWS_AS((void)JsonText::of("\xff"), std::invalid_argument);
  CHECK_THROWS_AS((void)JsonText::of({{"key", {1, "\xed\xa0\x80"}}}), std::invalid_argument);  // a surrogate
  CHECK_THROWS_AS((void)JsonText::of({{"\xc0\xaf", 1}}), std::invalid_argument);               // as a key
}
