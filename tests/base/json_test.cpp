// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>

using namespace entmoot;

TEST_CASE("every parsed JSON value can be serialized: numbers are finite") {
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

TEST_CASE("a JSON value becomes a compact text, with UTF-8 as it is") {
  CHECK(JsonText::of({{"name", "Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3"}, {"n", 1}}).view() ==
        "{\"name\":\"Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3\",\"n\":1}");
}

TEST_CASE("a string that is not UTF-8 never becomes a JSON text") {
  CHECK_THROWS_AS((void)JsonText::of("\xff"), std::invalid_argument);
  CHECK_THROWS_AS((void)JsonText::of({{"key", {1, "\xed\xa0\x80"}}}), std::invalid_argument);  // a surrogate
  CHECK_THROWS_AS((void)JsonText::of({{"\xc0\xaf", 1}}), std::invalid_argument);               // as a key
}
