// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

TEST_CASE("an array is split into the texts of its elements, whatever they contain") {
  using Texts = std::vector<std::string>;
  const auto elements = [](std::string_view text) {
    const JsonText array = JsonText::trusted(text);
    Texts copies;
    for (const std::string_view element : array.elements(100)) copies.emplace_back(element);
    return copies;
  };
  CHECK(elements("[]").empty());
  CHECK(elements("[1]") == Texts{"1"});
  CHECK(elements(R"(["room:a",{"b":[1,2,{"c":"]},"}]},"\\",null,"\"",[[],{}]])") ==
        Texts{R"("room:a")", R"({"b":[1,2,{"c":"]},"}]})", R"("\\")", "null", R"("\"")", "[[],{}]"});
  for (const std::string_view other :
       {"null", "{}", R"({"a":[1]})", "1", R"("[1]")", "", "[", "[1", R"(["a)", R"(["\)"}) {
    CHECK_MESSAGE(elements(other).empty(), other);
  }
  CHECK(JsonText::trusted(std::string_view("[1,2]")).elements(2).size() == 2);
  CHECK(JsonText::trusted(std::string_view("[1,2,3]")).elements(2).empty());
  CHECK(JsonText::trusted(std::string_view("[1]")).elements(0).empty());
  std::string deep = "[" + std::string(100'000, '[') + std::string(100'000, ']') + ",2]";
  CHECK(elements(deep).size() == 2);
}
