// SPDX-License-Identifier: MIT

#include <entmoot/web/fetch_policy.hpp>

#include <doctest/doctest.h>
#include <boost/asio/ip/address.hpp>

#include <string>

using namespace entmoot;

namespace {

std::string resolved(std::string_view base, std::string_view location) {
  const auto url = FetchUrl::parse(base)->resolve(location);
  return url ? url->text() : "no";
}

std::string judged(const std::vector<std::string>& list, std::string_view url) {
  switch (FetchPolicy::parse(list)->judge(*FetchUrl::parse(url))) {
    case FetchPolicy::Verdict::refused: return "refused";
    case FetchPolicy::Verdict::if_public: return "if public";
    case FetchPolicy::Verdict::allowed: return "allowed";
  }
  return "";
}

}  // namespace

TEST_CASE("a URL to fetch is parsed, and an ambiguous one is refused") {
  const auto url = FetchUrl::parse("HTTPS://API.example.com:8443/a/b?c=d#e");
  REQUIRE(url.has_value());
  CHECK(url->origin() == "https://api.example.com:8443");
  CHECK(url->target == "/a/b?c=d");
  CHECK(FetchUrl::parse("http://example.com:80?x")->text() == "http://example.com/?x");
  CHECK(FetchUrl::parse("http://[::1]:81/")->authority() == "[::1]:81");
  for (const char* bad : {"",
                          "example.com",
                          "ftp://a/",
                          "http://",
                          "http:///x",
                          "http://a b/",
                          "http://user@a/",
                          "http://a:b@c/",
                          "http://a:0/",
                          "http://a:65536/",
                          "http://a:/",
                          "http://a:1x/",
                          "http://[::1/",
                          "http://[x]/",
                          "http://a\\b/",
                          "http://a/\r\nx",
                          "http://a/\x01",
                          "http://%61/",
                          "http://[::1]x/",
                          "http://a,b/"}) {
    CAPTURE(bad);
    CHECK_FALSE(FetchUrl::parse(bad).has_value());
  }
}

TEST_CASE("a redirect's location is absolute or relative") {
  CHECK(resolved("http://a/b/c?d", "https://x:1/y") == "https://x:1/y");
  CHECK(resolved("http://a/b/c?d", "//x/y") == "http://x/y");
  CHECK(resolved("http://a/b/c?d", "/y?z#f") == "http://a/y?z");
  CHECK(resolved("http://a/b/c?d", "y") == "http://a/b/y");
  CHECK(resolved("http://a/b/c?d/e", "?y") == "http://a/b/c?y");
  CHECK(resolved("http://a/b/c?d", "../../../y/./z/../w/") == "http://a/y/w/");
  CHECK(resolved("http://a/b/c", "..") == "http://a/");
  CHECK(resolved("http://a/b/c", "y:z") == "no");
  CHECK(resolved("http://a/b/c", "javascript:alert(1)") == "no");
  CHECK(resolved("http://a/b/c", "http://u@evil/") == "no");
}

TEST_CASE("the list names origins, subdomains, or all hosts; a host listed by name may be private") {
  CHECK(judged({}, "https://example.com/") == "refused");
  CHECK(judged({"https://example.com"}, "https://example.com/x") == "allowed");
  CHECK(judged({"https://example.com/"}, "https://EXAMPLE.com:443/x") == "allowed");
  CHECK(judged({"https://example.com"}, "http://example.com/") == "refused");
  CHECK(judged({"https://example.com"}, "https://example.com:8443/") == "refused");
  CHECK(judged({"https://example.com"}, "https://example.com.evil/") == "refused");
  CHECK(judged({"https://*.example.com"}, "https://a.b.example.com/") == "if public");
  CHECK(judged({"https://*.example.com"}, "https://example.com/") == "refused");
  CHECK(judged({"https://*.example.com"}, "https://evilexample.com/") == "refused");
  CHECK(judged({"*"}, "http://127.0.0.1:4000/") == "if public");
  CHECK(judged({"*", "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/") == "allowed");
  CHECK(judged({"http://[::1]:9000"}, "http://[::1]:9000/") == "allowed");
  for (const char* bad : {"example.com", "https://example.com/path", "https://*", "https://a.*.com", "ftp://a",
                          "https://a?", "https://u@a", "", "**"}) {
    CAPTURE(bad);
    const auto policy = FetchPolicy::parse({"*", bad});
    REQUIRE_FALSE(policy.has_value());
    CHECK(policy.error().reason.find("is not an origin") != std::string::npos);
  }
}

TEST_CASE("addresses outside the public internet are recognised in all their forms") {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.168.1.1",
                              "198.19.0.1",
                              "224.0.0.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:8.8.8.8",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b:1::1",
                              "2002:7f00:1::",
                              "2001::1",
                              "2001:db8::1",
                              "fc00::1",
                              "fd12::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "4000::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public(boost::asio::ip::make_address(address)));
  }
  for (const char* address : {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.0",
                              "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
                              "2002:808:808::", "64:ff9b::8.8.8.8", "2001:4860:4860::8888"}) {
    CAPTURE(address);
    CHECK(is_public(boost::asio::ip::make_address(address)));
  }
}
