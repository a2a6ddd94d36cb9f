// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
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
  CHECK(to_json(parse_json(R"({"exp":[0e600]})").value()) == R"({"exp":[0]})");
}

TEST_CASE("a JSON value becomes a compact text, with UTF-8 as it is") {
  CHECK(JsonText::of({{"name", "Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3"}, {"n", 1}}).view() ==
        "{\"name\":\"Bregalad \xc3\xa9/\xf0\x9f\x8c\xb3\",\"n\":1}");
}

TEST_CASE("a string that is not UTF-8 never becomes a JSON text") {
  CHECK_THROWS_AS((void)JsonText::of("\xff"), std::invalid_argument);
  CHECK_THROWS_AS((void)JsonText::of({{"key", {1, "\xed\xa0"}}}), std::invalid_argument);
  CHECK_THROWS_AS((void)JsonText::of({{"\xc0\xaf", 1}}), std::invalid_argument);  // as a key
}

TEST_CASE("a number is the double that is nearest to its text, and the text of a double reads back as the same") {
  for (const double number :
       {274.0 / 3, 14 * 0.1, 1795657152924.6213, 7.120236347223045e-307, 5e-324, 2.2250738585072014e-308,
        -1.7976931348623157e308, 9007199254740993.5, 1e21, 123456789012345680.0, -0.5}) {
    CAPTURE(number);
    CHECK(parse_json(to_json(Json(number))).value().to_number<double>() == number);
  }
  CHECK(to_json(parse_json("[91.33333333333333,1.4000000000000001,-0,-0.0]").value()) ==
        "[91.33333333333333,1.4000000000000001,-0,-0]");
  CHECK(parse_json("179769313486231580793e288").value().to_number<double>() == std::numeric_limits<double>::max());
  const unsigned seed = 20261127;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    char exact[64];
    std::snprintf(exact, sizeof exact, "%.17g", number);
    CHECK(std::bit_cast<std::uint64_t>(parse_json(exact).value().to_number<double>()) ==
          std::bit_cast<std::uint64_t>(number == 0 ? std::strtod(exact, nullptr) : number));
    CHECK(parse_json(to_json(Json(number))).value().to_number<double>() == number);
  }
}

TEST_CASE("a lone surrogate is kept, as the escape that it came as") {
  for (const std::string_view text :
       {R"("\ud83d")", R"("\udc00\ud83d")", R"({"a\ude00":["x\ud83d y"]})", R"("\\\ud83d")", R"("\\ud83d")"}) {
    CAPTURE(text);
    const auto value = parse_json(text);
    REQUIRE(value);
    CHECK(to_json(*value) == text);
    CHECK(JsonText::of(*value).view() == text);
  }
  CHECK(to_json(parse_json(R"("\uD83D\uDE00 \uD83D")").value()) == "\"\xf0\x9f\x98\x80 \\ud83d\"");
  CHECK_FALSE(parse_json("\"\\ud83d \xed\xa0\x80\"").has_value());  // as bytes it is not UTF-8
  CHECK_FALSE(parse_json(R"("\ud83")").has_value());
  std::string contents;
  append_unescaped(contents, R"(a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00)");
  CHECK(contents == "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parse_json(nested(json_tree_depth_max)).has_value());
  CHECK_FALSE(parse_json(nested(json_tree_depth_max + 1)).has_value());
  CHECK(parse_json(nested(json_depth_max), json_depth_max).has_value());
  CHECK_FALSE(parse_json(nested(json_depth_max + 1), json_depth_max).has_value());
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
