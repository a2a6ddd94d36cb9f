// SPDX-License-Identifier: MIT

#include <entmoot/base/utf8.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace entmoot;

TEST_CASE("UTF-8 is what RFC 3629 allows: no overlong forms, no surrogates, nothing above U+10FFFF") {
  for (const std::string_view good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                      "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe1\x80", "\xf1\x80\x80"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("bytes that arrive one by one are judged as if they had come together") {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";
  Utf8Validator validator;
  for (const char byte : text) REQUIRE(validator.feed({&byte, 1}));
  CHECK(validator.at_boundary());
  CHECK(validator.feed("\xe2\x82"));
  CHECK_FALSE(validator.at_boundary());
  CHECK_FALSE(validator.feed("a"));
  CHECK_FALSE(validator.feed("a"));  // forever after
}
