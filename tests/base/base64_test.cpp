// SPDX-License-Identifier: MIT

#include <entmoot/base/base64.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace entmoot;

TEST_CASE("the examples of RFC 4648 in both alphabets") {
  struct Row {
    std::string bytes, standard, url;
  };
  const Row rows[] = {{"", "", ""},
                      {"f", "Zg==", "Zg"},
                      {"fo", "Zm8=", "Zm8"},
                      {"foo", "Zm9v", "Zm9v"},
                      {"foob", "Zm9vYg==", "Zm9vYg"},
                      {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                      {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                      {"\xfb\xff\xfe", "+//+", "-__-"}};
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    CHECK(base64_encode(row.bytes) == row.standard);
    CHECK(base64url_encode(row.bytes) == row.url);
    CHECK(base64_decode(row.standard).value() == row.bytes);
    CHECK(base64url_decode(row.url).value() == row.bytes);
    for (const auto& text : {row.standard, row.url}) CHECK(base64_decode_any(text).value() == row.bytes);
  }
}

TEST_CASE("every byte value survives, at every length") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i * 167));
    CHECK(base64_decode(base64_encode(bytes)).value() == bytes);
    CHECK(base64url_decode(base64url_encode(bytes)).value() == bytes);
    CHECK(base64_decode_any(base64url_encode(bytes)).value() == bytes);
  }
}

TEST_CASE("the strict decoders accept exactly one text per value") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "Zm9v====", "Zg==Zg==", "Z", "=",
                           "====", "-__-", "Zm9v\n", " Zm9v", "Zm 9v"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
  for (const char* text : {"Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9vY", "+//+", "Zm9v\n", "Zm9v=", "Zm\xc3\xa9v"}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text));
  }
}

TEST_CASE("the lenient decoder accepts mixed alphabets, optional padding, and nonzero trailing bits") {
  CHECK(base64_decode_any("-_/+").value() == "\xfb\xff\xfe");
  CHECK(base64_decode_any("Zh==").value() == "f");
  CHECK(base64_decode_any("Zm9").value() == "fo");
  for (const char* text : {"Z", "Zg=", "Zg===", "Z===", "====", "Zg==Zg==", "Zm9v=", "Zm 9"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode_any(text));
  }
}
