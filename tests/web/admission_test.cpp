// SPDX-License-Identifier: MIT

#include <entmoot/web/admission.hpp>

#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <cstring>

#include <arpa/inet.h>

using namespace entmoot;

namespace {

Peer peer(const char* text) {
  sockaddr_storage address{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else {
    REQUIRE(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1);
    address.ss_family = AF_INET6;
  }
  return Peer::of(address);
}

}  // namespace

TEST_CASE("an IPv4 address, an IPv6 network of 64 bits and a mapped address are counted as what they are") {
  CHECK(peer("192.0.2.1").network == peer("::ffff:192.0.2.1").network);
  CHECK(peer("192.0.2.1").network != peer("192.0.2.2").network);
  CHECK(peer("2001:db8::1").network == peer("2001:db8::ffff:2").network);
  CHECK(peer("2001:db8::1").network != peer("2001:db8:0:1::1").network);
  CHECK(peer("192.0.2.1").address == "192.0.2.1");
  for (const char* local : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    CHECK(peer(local).is_loopback);
    CHECK(peer(local).network.empty());
  }
}

TEST_CASE("an admission that ends makes room again, in all and for its network") {
  ManualClock clock;
  Shard shard(0, clock);
  const auto admissions =
      std::make_shared<Admissions>(shard, AdmissionLimits{.connections_max = 3, .connections_per_network_max = 2});
  auto first = admissions->admit(peer("192.0.2.1"));
  auto second = admissions->admit(peer("192.0.2.1"));
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(admissions->admit(peer("192.0.2.1")));
  auto other = admissions->admit(peer("192.0.2.2"));
  CHECK(other);
  CHECK_FALSE(admissions->admit(peer("192.0.2.3")));
  CHECK_FALSE(admissions->admit(peer("127.0.0.1")));
  first.reset();
  shard.poll();
  CHECK(admissions->count() == 2);
  CHECK(admissions->admit(peer("192.0.2.1")));  // and given back at once
  shard.poll();
  CHECK(admissions->count() == 2);
}
