// SPDX-License-Identifier: MIT

#include <entmoot/web/origin_policy.hpp>

#include <doctest/doctest.h>

using namespace entmoot;

namespace {

bool allowed(std::vector<std::string> list, const std::string& origin) {
  HttpRequest request;
  request.host = "localhost";
  request.headers.push_back({"Origin", origin});
  return origin_allowed({OriginPolicy::Check::listed, std::move(list)}, request);
}

bool same_host(const std::string& host, const std::string& origin) {
  HttpRequest request;
  request.host = host;
  request.headers.push_back({"origin", origin});
  return origin_allowed({}, request);
}

}  // namespace

TEST_CASE("a listed origin constrains what it states") {
  CHECK(allowed({"https://example.com"}, "https://example.com"));
  CHECK(allowed({"https://example.com"}, "https://EXAMPLE.com:443"));
  CHECK_FALSE(allowed({"https://example.com"}, "http://example.com"));
  CHECK_FALSE(allowed({"https://example.com"}, "https://example.com:8443"));
  CHECK(allowed({"//example.com"}, "http://example.com:8080"));
  CHECK(allowed({"//port.test:8080"}, "http://port.test:8080"));
  CHECK_FALSE(allowed({"//port.test:8080"}, "http://port.test"));
  CHECK(allowed({"//a.test", "//b.test"}, "http://b.test"));
  CHECK_FALSE(allowed({}, "http://b.test"));
  CHECK_FALSE(allowed({"//example.com"}, "null"));
}

TEST_CASE("a list can allow the server's own host besides") {
  HttpRequest request;
  request.host = "localhost:4000";
  request.headers.push_back({"Origin", "http://localhost:4000"});
  OriginPolicy policy{.check = OriginPolicy::Check::listed, .allowed = {"https://example.com"}};
  CHECK_FALSE(origin_allowed(policy, request));
  policy.own_host_too = true;
  CHECK(origin_allowed(policy, request));
  request.headers[0].value = "http://localhost:4001";
  CHECK_FALSE(origin_allowed(policy, request));
  request.headers[0].value = "https://example.com";
  CHECK(origin_allowed(policy, request));
}

TEST_CASE("a wildcard takes the domain and its subdomains, and nothing that merely ends like it") {
  CHECK(allowed({"//*.ex.com"}, "http://ex.com"));
  CHECK(allowed({"//*.ex.com"}, "https://a.b.ex.com"));
  CHECK_FALSE(allowed({"//*.ex.com"}, "http://a.prefix-ex.com"));
  CHECK_FALSE(allowed({"//*.ex.com"}, "http://evilex.com"));
  CHECK_FALSE(allowed({"//*.ex.com"}, "http://ex.com.evil.com"));
}

TEST_CASE("the same host is the same name and the same port, the scheme's own left out or not") {
  CHECK(same_host("example.com", "https://example.com"));
  CHECK(same_host("example.com:443", "https://example.com"));
  CHECK(same_host("example.com:80", "http://example.com"));
  CHECK_FALSE(same_host("example.com:80", "https://example.com"));
  CHECK(same_host("[::1]:4000", "http://[::1]:4000"));
  CHECK_FALSE(same_host("[::1]:4000", "http://[::2]:4000"));
  CHECK_FALSE(same_host("", "http://a"));
}

TEST_CASE("with the check off anybody may come, and without an Origin always") {
  HttpRequest request;
  request.host = "a";
  CHECK(origin_allowed({}, request));
  CHECK(origin_allowed({OriginPolicy::Check::listed, {}}, request));
  request.headers.push_back({"Origin", "null"});
  CHECK(origin_allowed({OriginPolicy::Check::off, {}}, request));
}

TEST_CASE("a listed http origin without a port means port 80") {
  CHECK(allowed({"http://example.com"}, "http://example.com:80"));
  CHECK_FALSE(allowed({"http://example.com"}, "http://example.com:8080"));
  CHECK(allowed({"https://*.example.com"}, "https://a.example.com"));
  CHECK_FALSE(allowed({"https://*.example.com"}, "http://a.example.com"));
  CHECK_FALSE(allowed({"//example.com"}, "https://org1.example.com"));
}

TEST_CASE("with `host` the Origin's host is the configured one, whatever its scheme and port") {
  const OriginPolicy policy{.check = OriginPolicy::Check::host, .host = "Example.com"};
  REQUIRE(policy.validate().has_value());
  const auto from = [&](const std::string& origin) {
    HttpRequest request;
    request.host = "internal:4000";
    request.headers.push_back({"origin", origin});
    return origin_allowed(policy, request);
  };
  CHECK(from("https://example.com"));
  CHECK(from("http://EXAMPLE.com:4000"));
  CHECK_FALSE(from("http://internal:4000"));
  CHECK_FALSE(from("http://www.example.com"));
  CHECK_FALSE(from("null"));
}

TEST_CASE("with `conn` the Origin is the request's own scheme, host and port") {
  const auto from = [](const std::string& host, const std::string& origin) {
    HttpRequest request;
    request.host = host;
    request.headers.push_back({"origin", origin});
    return origin_allowed({.check = OriginPolicy::Check::conn}, request);
  };
  CHECK(from("example.com", "http://example.com"));
  CHECK(from("example.com:4000", "http://example.com:4000"));
  CHECK_FALSE(from("example.com", "https://example.com"));
  CHECK_FALSE(from("example.com", "http://example.com:8080"));
  CHECK_FALSE(from("example.com", "http://other.com"));
}

TEST_CASE("a callback judges every Origin, also one without a host, and is not asked when there is none") {
  int asked = 0;
  const OriginPolicy policy{.check = OriginPolicy::Check::callback,
                            .callback = [&](std::string_view origin, const HttpRequest& request) {
                              ++asked;
                              return origin == "null" && request.host == "a";
                            }};
  HttpRequest request;
  request.host = "a";
  CHECK(origin_allowed(policy, request));
  CHECK(asked == 0);
  request.headers.push_back({"Origin", "null"});
  CHECK(origin_allowed(policy, request));
  request.headers[0].value = "http://a";
  CHECK_FALSE(origin_allowed(policy, request));
}

TEST_CASE("a policy that cannot work names what is wrong with it") {
  using Check = OriginPolicy::Check;
  CHECK(OriginPolicy{}.validate().has_value());
  CHECK(OriginPolicy{Check::listed, {"https://a.com", "//a.com", "//a.com:1", "//*.a.com"}}.validate().has_value());
  for (const char* bad : {"a.com", "", "//", "https://", "https://a.com/path", "//a.com:port", "//a.*.com", "//*."}) {
    const auto result = OriginPolicy{Check::listed, {"//a.com", bad}}.validate();
    REQUIRE_MESSAGE(!result.has_value(), bad);
    CHECK_MESSAGE(result.error().reason.find('"' + std::string(bad) + '"') != std::string::npos, bad);
  }
  CHECK_FALSE(OriginPolicy{.check = Check::host}.validate().has_value());
  CHECK_FALSE(OriginPolicy{.check = Check::callback}.validate().has_value());
}
