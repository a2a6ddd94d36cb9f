// SPDX-License-Identifier: MIT

#include <entmoot/web/handshake.hpp>

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
