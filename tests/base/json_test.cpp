// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

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
