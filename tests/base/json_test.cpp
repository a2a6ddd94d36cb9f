// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace entmoot;

TEST_CASE("whatever was read as JSON can be written as JSON: numbers are finite") {
  const Json greatest(std::numeric_limits<double>::max());
  for (const auto& beyond : {std::string("1e309"), std::string("1E99999"), std::string(400, '9')}) {
    CHECK_MESSAGE(parse_json(beyond).value() == greatest, beyond);
    CHECK_MESSAGE(parse_json("[{\"a\":[-" + beyond + "]}]").value().at(0).at("a").at(0) ==
                      Json(std::numeric_limits<double>::lowest()),
                  beyond);
  }
  CHECK(parse_json(to_json(greatest)).value() == greatest);
  CHECK(parse_json("1e308").value() == Json(1e308));
  CHECK(parse_json("1e-999").value() == Json(0.0));
}

TEST_CASE("zero is zero, however great its exponent") {
  for (const std::string zero : {"0e309", "-0e400", "0.000e600"}) {
    CHECK_MESSAGE(parse_json(zero).value() == Json(0.0), zero);
  }
  CHECK(to_json(parse_json(R"({"exp":[0e600]})").value()) == R"({"exp":[0E0]})");
}
