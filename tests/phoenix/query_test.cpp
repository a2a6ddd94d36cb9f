// SPDX-License-Identifier: MIT

#include <entmoot/base/json.hpp>
#include <entmoot/phoenix/query.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace entmoot;

namespace {

std::string parsed(std::string_view query) {
  const auto params = parse_query(query);
  return params ? to_json(Json(*params)) : "error: " + params.error().reason;
}

}  // namespace

TEST_CASE("connect parameters nest, decode and repeat as phoenix.js sends them") {
  CHECK(parsed("") == "{}");
  CHECK(parsed("a=b%20c&n%5Bx%5D=1&&arr%5B0%5D=p&arr%5B1%5D=q&t=true&vsn=2.0.0") ==
        R"({"a":"b c","n":{"x":"1"},"arr":{"0":"p","1":"q"},"t":"true","vsn":"2.0.0"})");
  CHECK(parsed("a=1&a=2&VSN=3&") == R"({"a":"2","VSN":"3"})");
  CHECK(parsed("l[]=p&l[]=q+r&e=&f") == R"({"l":["p","q r"],"e":"","f":""})");
  CHECK(parsed("a=%zz&b=%4&c=%") == R"({"a":"%zz","b":"%4","c":"%"})");
  CHECK(parsed("=x&&&") == "{}");
  CHECK(parsed("a[=1&]b=2&[c]=3&d[x]y=4") == R"({"a[":"1","]b":"2","[c]":"3","d[x]y":"4"})");
  CHECK(parsed("a==b") == R"({"a":"=b"})");
}

TEST_CASE("parameters that cannot be understood are an error") {
  CHECK(parsed("a=%ff") == "error: query is not UTF-8");
  CHECK(parsed("a=1&a[b]=2") == "error: query parameters conflict");
  CHECK(parsed("a[b]=2&a=1") == "error: query parameters conflict");
  CHECK(parsed("a[b]=2&a[]=1") == "error: query parameters conflict");
  CHECK(parsed("a[1][2][3][4][5][6][7][8]=x") == "error: query parameters are nested too deeply");
}
