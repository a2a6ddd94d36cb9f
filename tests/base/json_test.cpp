// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace entmoot;

TEST_CASE("a JSON value becomes a compact text, with UTF-8 as it is") {
  CHECK(JsonText::of({{"name", "Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3"}, {"n", 1}}).view() ==
        "{\"name\":\"Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3\",\"n\":1}");
}

TEST_CASE("a string that is not UTF-8 never becomes a JSON text") {
  CHECK_THROWS_AS((void)JsonText::of("\xff"), std::invalid_argument);
  CHECK_THROWS_AS((void)JsonText::of({{"key", {1, "\xed\xa0\x80"}}}), std::invalid_argument);  // a surrogate
  CHECK_THROWS_AS((void)JsonText::of({{"\xc0\xaf", 1}}), std::invalid_argument);               // as a key
}
