// SPDX-License-Identifier: MIT

#include <entmoot/server/operator_access.hpp>

#include <doctest/doctest.h>

#include <string>

#include <unistd.h>

using namespace entmoot;
using namespace entmoot_app;

namespace {

constexpr std::uint16_t server = 4000;

// /proc/net/tcp: 127.0.0.1:50000 -> 127.0.0.1:4000 of user 1000, its other end of user 0, and 10.0.0.1:50001 -> 4000.
constexpr auto table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0\n"
    "   1: 0100007F:0FA0 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0\n"
    "   2: 0100007F:C350 0100007F:0FA0 01 00000000:00000000 00:00000000 00000000  1000        0 102 1 0\n"
    "   3: 0100000A:C351 0100007F:0FA0 01 00000000:00000000 00:00000000 00000000  1001        0 103 1 0\n"
    "   4: 0100007F:C352 0100007F:0FA0 06 00000000:00000000 00:00000000 00000000  1002        0 104 1 0\n";

Client local_client() {
  Client client;
  client.info.peer = "127.0.0.1";
  client.info.peer_is_loopback = true;
  client.info.is_local = true;
  client.info.peer_port = 1;  // nobody's
  return client;
}

}  // namespace

TEST_CASE("the user of a connection is that of its client's end") {
  CHECK(loopback_user_in(table, 50'000, server) == uid_t{1000});
  CHECK_FALSE(loopback_user_in(table, 50'001, server).has_value());  // not from loopback
  CHECK_FALSE(loopback_user_in(table, 50'002, server).has_value());  // closed
  CHECK_FALSE(loopback_user_in(table, 50'000, 4001).has_value());
  CHECK_FALSE(loopback_user_in("", 50'000, server).has_value());
  CHECK_FALSE(loopback_user_in("\n x\n0: 0 0 01\n", 50'000, server).has_value());
}

TEST_CASE("connections over IPv6 are found, mapped ones too") {
  const std::string six =
      "   0: 00000000000000000000000001000000:C350 00000000000000000000000001000000:0FA0 01 0:0 0:0 0 7 0\n"
      "   1: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:0FA0 01 0:0 0:0 0 8 0\n";
  CHECK(loopback_user_in(six, 50'000, server) == uid_t{7});
  CHECK(loopback_user_in(six, 50'001, server) == uid_t{8});
}

TEST_CASE("without a token, a client that is not known to be of the server's user is refused") {
  CHECK_FALSE(operator_of(local_client(), "", server).has_value());  // no such connection
  Client far = local_client();
  far.info.peer_is_loopback = false;
  CHECK_FALSE(operator_of(far, "", server).has_value());
  Client proxied = local_client();
  proxied.info.is_local = false;
  CHECK_FALSE(operator_of(proxied, "", server).has_value());
  Client with_any = local_client();
  with_any.params["token"] = "";
  CHECK_FALSE(operator_of(with_any, "", server).has_value());
}

TEST_CASE("with a token, it alone decides") {
  const std::string token = "a secret of some length";
  Client far;
  far.info.peer = "192.0.2.1";
  CHECK_FALSE(operator_of(far, token, server).has_value());
  CHECK_FALSE(operator_of(local_client(), token, server).has_value());
  for (const std::string wrong :
       {"", "a secret of some lengt", "a secret of some length!", "A secret of some length"}) {
    CAPTURE(wrong);
    far.params["token"] = wrong;
    CHECK_FALSE(operator_of(far, token, server).has_value());
  }
  far.params["token"] = token;
  CHECK(operator_of(far, token, server).has_value());
  far.params["token"] = 5;
  CHECK_FALSE(operator_of(far, token, server).has_value());
}
