// SPDX-License-Identifier: MIT

#include <entmoot/web/host_policy.hpp>

#include <entmoot/web/endpoint.hpp>

#include "echo_endpoint.hpp"
#include "raw_client.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace entmoot;

TEST_CASE("a server on loopback serves requests that name this machine, and no others") {
  const HostPolicy policy{.loopback_only = true};
  for (const auto* own : {"localhost", "LOCALHOST:4000", "localhost.", "chat.localhost:4000", "127.0.0.1",
                          "127.0.0.1:80", "127.9.9.9:4000", "[::1]", "[::1]:4000", "[::ffff:127.0.0.1]:4000", ""}) {
    CAPTURE(own);
    CHECK(policy.allows(own));
  }
  for (const auto* foreign :
       {"evil.example", "evil.example:4000", "localhost.evil.example", "127.0.0.1.evil.example:4000", "evillocalhost",
        "0.0.0.0:4000", "10.0.0.1", "[fe80::1]:4000", "localhost@evil.example", ":4000"}) {
    CAPTURE(foreign);
    CHECK_FALSE(policy.allows(foreign));
  }
}

TEST_CASE("hosts of listed origins are served too, whatever the port, and the names below them if they are listed") {
  const HostPolicy policy{.loopback_only = true, .also = {"https://chat.example", "//*.games.example"}};
  CHECK(policy.allows("chat.example"));
  CHECK(policy.allows("CHAT.example:4000"));
  CHECK(policy.allows("a.games.example"));
  CHECK_FALSE(policy.allows("a.chat.example"));
  CHECK_FALSE(policy.allows("evil.example"));
}

TEST_CASE("a server that other machines reach serves any host") {
  CHECK(HostPolicy{}.allows("anything.example"));
  CHECK(is_loopback_address("127.0.0.1"));
  CHECK(is_loopback_address("::1"));
  CHECK_FALSE(is_loopback_address("0.0.0.0"));
  CHECK_FALSE(is_loopback_address("::"));
  CHECK_FALSE(is_loopback_address("localhost"));
}

TEST_CASE("a request for a foreign host gets 403 and reaches neither files, routes nor sockets") {
  EchoEndpoint echo(1, Shards::steady(), {.http = {.hosts = {.loopback_only = true}}});
  echo.run();
  for (const std::string target : {"/", "/socket/websocket", "/nowhere"}) {
    CAPTURE(target);
    RawClient client(echo.port());
    client.send("GET " + target + " HTTP/1.1\r\nHost: evil.example:4000\r\n\r\n");
    const auto answer = client.response();
    CHECK(status_of(answer) == 403);
    CHECK(answer.find("evil.example") == std::string::npos);
  }
  RawClient own(echo.port());
  own.send("GET / HTTP/1.1\r\nHost: localhost:4000\r\n\r\n");
  CHECK(status_of(own.response()) == 200);
}
