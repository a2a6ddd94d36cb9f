// SPDX-License-Identifier: MIT

#include <entmoot/base/ip_network.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using entmoot::ip_network;

TEST_CASE("an IPv6 /64 network is one unit of the per-address limits, an IPv4 address is one") {
  CHECK(ip_network("2001:db8:1:2::1") == ip_network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  CHECK(ip_network("2001:db8:1:2::1") == ip_network("2001:0DB8:0001:0002::9"));
  CHECK(ip_network("2001:db8:1:2::1") != ip_network("2001:db8:1:3::1"));
  CHECK(ip_network("192.0.2.1") != ip_network("192.0.2.2"));
  CHECK(ip_network("192.0.2.1") == ip_network("::ffff:192.0.2.1"));
  CHECK(ip_network("192.0.2.1") == ip_network("::ffff:c000:201"));
}

TEST_CASE("brackets and ports, as proxies write them, make no difference") {
  CHECK(ip_network("[2001:db8:1:2::1]:443") == ip_network("2001:db8:1:2::7"));
  CHECK(ip_network("[2001:db8:1:2::1]") == ip_network("2001:db8:1:2::7"));
  CHECK(ip_network("192.0.2.1:50000") == ip_network("192.0.2.1"));
}

TEST_CASE("a text that is no address is its own unit") {
  std::set<std::string> units;
  for (const char* text : {"", "unknown", "_hidden", "1.2.3", "[", "[::1", ":", "256.1.1.1", "2001:db8::g"}) {
    units.insert(ip_network(text));
  }
  CHECK(units.size() >= 8);  // "[::1" may be read as an address
}
