// SPDX-License-Identifier: MIT

#include <entmoot/web/http_session.hpp>

#include "echo_endpoint.hpp"
#include "raw_client.hpp"

#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace entmoot;

namespace {

std::string ask(std::uint16_t port, const std::string& request) {
  RawClient client(port);
  client.send(request);
  return client.response(request.starts_with("HEAD"));
}

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

std::string body_of(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }
bool has(const std::string& response, std::string_view line) {
  return response.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("routes, bodies and errors over one kept connection") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  client.send(get("/hello/w%C3%B6rld"));
  CHECK(body_of(client.response()) == "hello wörld");
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  auto response = client.response();
  CHECK(status_of(response) == 201);
  CHECK(body_of(response) == "hello");
  CHECK(has(response, "x-content-type-options: nosniff"));
  client.send(get("/nowhere"));
  response = client.response();
  CHECK(status_of(response) == 404);
  CHECK(body_of(response) == R"({"error":"not found"})");
  client.send("DELETE /hello/a HTTP/1.1\r\nHost: a\r\n\r\n");
  response = client.response();
  CHECK(status_of(response) == 405);
  CHECK(has(response, "allow: OPTIONS, GET, HEAD"));
  client.send(get("/hello/%zz"));
  CHECK(status_of(client.response()) == 400);
  client.send("HEAD /hello/a HTTP/1.1\r\nHost: a\r\n\r\n");
  response = client.response(true);
  CHECK(status_of(response) == 200);
  CHECK(has(response, "content-length: 7"));
  client.send(get("/hello/b", "Connection: close\r\n"));
  response = client.response();
  CHECK(body_of(response) == "hello b");
  CHECK(has(response, "connection: close"));
  CHECK(client.rest().empty());
}

TEST_CASE("pipelined requests are answered in order") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  std::string all;
  for (int i = 0; i < 200; ++i) all += get("/hello/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 200; ++i) CHECK(body_of(client.response()) == "hello " + std::to_string(i));
}

TEST_CASE("an answer may come from another thread, and never fails to come") {
  EchoEndpoint echo;
  echo.run();
  CHECK(body_of(ask(echo.port(), get("/elsewhere"))) == "from another thread");
  CHECK(status_of(ask(echo.port(), get("/forgotten"))) == 500);
  CHECK(status_of(ask(echo.port(), get("/throws"))) == 500);
}

TEST_CASE("a header that would break out of its line becomes a 500") {
  EchoEndpoint echo;
  echo.run();
  const auto response = ask(echo.port(), get("/injection"));
  CHECK(status_of(response) == 500);
  CHECK(response.find("set-cookie") == std::string::npos);
}

TEST_CASE("after a malformed request nothing is served") {
  EchoEndpoint echo;
  echo.run();
  for (const std::string bad :
       {"GET / HTTP/1.1\nHost: a\n\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01"}) {
    RawClient client(echo.port());
    client.send(bad + get("/hello/a"));
    const auto response = client.response();
    CHECK(status_of(response) == 400);
    CHECK(has(response, "connection: close"));
    CHECK(client.rest().empty());
  }
}

TEST_CASE("files are served by exact path with an ETag, a policy and their type") {
  EchoEndpoint echo;
  echo.run();
  const auto page = ask(echo.port(), get("/"));
  CHECK(status_of(page) == 200);
  CHECK(body_of(page) == "<!doctype html>hello");
  CHECK(has(page, "content-type: text/html; charset=utf-8"));
  CHECK(page.find("\r\ncontent-security-policy: default-src 'self';") != std::string::npos);
  CHECK(page.find("frame-ancestors 'none'") != std::string::npos);
  CHECK(has(page, "cache-control: no-cache"));
  const auto etag_at = page.find("\r\netag: ") + 8;
  const auto etag = page.substr(etag_at, page.find("\r\n", etag_at) - etag_at);
  for (const auto& condition : std::vector<std::string>{etag, "W/" + etag, "\"x\", " + etag, "*"}) {
    const auto unchanged = ask(echo.port(), get("/index.html", "If-None-Match: " + condition + "\r\n"));
    CHECK(status_of(unchanged) == 304);
    CHECK(body_of(unchanged).empty());
  }
  CHECK(status_of(ask(echo.port(), get("/", "If-None-Match: \"x\"\r\n"))) == 200);
  CHECK(has(ask(echo.port(), get("/app/main.js")), "content-type: text/javascript; charset=utf-8"));
  for (const char* odd :
       {"/../index.html", "/app/../index.html", "/%2e%2e/index.html", "/app/%2e%2e%2findex.html", "/app//main.js",
        "//index.html", "/index.html/", "/app", "/index.html%00", "/%252e%252e/", "/....//index.html",
        "/app/..%5cindex.html", "/INDEX.HTML", "/etc/passwd", "/%c0%ae%c0%ae/"}) {
    CHECK_MESSAGE(status_of(ask(echo.port(), get(odd))) == 404, odd);
  }
}

TEST_CASE("the handshake table") {
  EchoEndpoint echo;
  echo.run();
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string connection = "Connection: Upgrade\r\n";
  const std::string upgrade = "Upgrade: websocket\r\n";
  const std::string host = "Host: localhost:4000\r\n";
  const std::string usual = host + connection + upgrade + version + key;
  const auto at = [](const std::string& line, const std::string& headers) { return line + "\r\n" + headers + "\r\n"; };
  const std::string line = "GET /socket/websocket HTTP/1.1";
  struct Row {
    const char* name;
    std::string request;
    int status;
  };
  const Row rows[] = {
      {"the usual", at(line, usual), 101},
      {"a token list, any case",
       at(line, host + "Connection: keep-alive, uPGRADE\r\nUpgrade: WebSocket\r\n" + version + key), 101},
      {"upgrade among others", at(line, host + connection + "Upgrade: h2c, websocket\r\n" + version + key), 101},
      {"POST", at("POST /socket/websocket HTTP/1.1", usual), 400},
      {"HEAD", at("HEAD /socket/websocket HTTP/1.1", usual), 400},
      {"HTTP/1.0", at("GET /socket/websocket HTTP/1.0", usual), 400},
      {"no Host", at(line, connection + upgrade + version + key), 400},
      {"no Upgrade", at(line, host + connection + version + key), 400},
      {"another Upgrade", at(line, host + connection + "Upgrade: foo\r\n" + version + key), 400},
      {"no Connection", at(line, host + upgrade + version + key), 400},
      {"Connection without upgrade", at(line, host + "Connection: keep-alive\r\n" + upgrade + version + key), 400},
      {"no version", at(line, host + connection + upgrade + key), 400},
      {"version 12", at(line, host + connection + upgrade + "Sec-WebSocket-Version: 12\r\n" + key), 400},
      {"version 013", at(line, host + connection + upgrade + "Sec-WebSocket-Version: 013\r\n" + key), 400},
      {"two versions", at(line, usual + version), 400},
      {"no key", at(line, host + connection + upgrade + version), 400},
      {"two keys", at(line, usual + key), 400},
      {"a short key", at(line, host + connection + upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"), 400},
      {"a key of 17 bytes",
       at(line, host + connection + upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQE=\r\n"), 400},
      {"a key that is no base64",
       at(line, host + connection + upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j*Q==\r\n"), 400},
      {"a body", at(line, usual + "Content-Length: 1\r\n") + "x", 400},
      {"an empty body", at(line, usual + "Content-Length: 0\r\n"), 101},
      {"chunked, which may not have ended", at(line, usual + "Transfer-Encoding: chunked\r\n"), 400},
      {"another path", at("GET /socket/websocket/ HTTP/1.1", usual), 404},
      {"the mount itself", at("GET /socket HTTP/1.1", usual), 404},
      {"upgrade where no socket is", at("GET /hello/a HTTP/1.1", usual), 200},
      {"refused by connect", at("GET /socket/websocket?refuse HTTP/1.1", usual), 403},
      {"refused by connect, before the headers are looked at", at("GET /socket/websocket?refuse HTTP/1.1", host), 403},
      {"connect throws", at("GET /socket/websocket?throw HTTP/1.1", usual), 500},
      {"the page's own host", at(line, usual + "Origin: http://localhost:4000\r\n"), 101},
      {"the page's own host in capitals", at(line, usual + "Origin: http://LOCALHOST:4000\r\n"), 101},
      {"behind a proxy that does TLS", at(line, usual + "Origin: https://localhost:4000\r\n"), 101},
      {"another port", at(line, usual + "Origin: http://localhost:4001\r\n"), 403},
      {"no port", at(line, usual + "Origin: http://localhost\r\n"), 403},
      {"another host", at(line, usual + "Origin: http://evil.com\r\n"), 403},
      {"our name with something behind it", at(line, usual + "Origin: http://localhost.evil.com:4000\r\n"), 403},
      {"our name with something before it", at(line, usual + "Origin: http://evillocalhost:4000\r\n"), 403},
      {"our name as a user", at(line, usual + "Origin: http://localhost:4000@evil.com\r\n"), 403},
      {"our name in a path", at(line, usual + "Origin: http://evil.com/localhost:4000\r\n"), 403},
      {"Origin: null", at(line, usual + "Origin: null\r\n"), 403},
      {"an empty Origin", at(line, usual + "Origin:\r\n"), 403},
      {"a file's Origin", at(line, usual + "Origin: file://\r\n"), 403},
      {"two Origins", at(line, usual + "Origin: http://localhost:4000\r\nOrigin: http://localhost:4000\r\n"), 403},
      {"a list of Origins", at(line, usual + "Origin: http://localhost:4000, http://evil.com\r\n"), 403},
      {"a trailing dot", at(line, usual + "Origin: http://localhost.:4000\r\n"), 403},
      {"no scheme", at(line, usual + "Origin: //localhost:4000\r\n"), 403},
      {"Origin is checked before connect", at("GET /socket/websocket?throw HTTP/1.1", usual + "Origin: null\r\n"), 403},
  };
  for (const auto& row : rows) {
    const auto response = ask(echo.port(), row.request);
    CHECK_MESSAGE(status_of(response) == row.status, row.name);
    const bool names_version = std::string_view(row.name).find("version") != std::string_view::npos;
    if (names_version) CHECK(has(response, "sec-websocket-version: 13"));
    if (row.status == 403) CHECK(body_of(response).empty());
  }
}

TEST_CASE("a port in use is an error that names it") {
  EchoEndpoint echo;
  Endpoint second(echo.shards, {.listener = {.port = echo.port()}});
  const auto started = second.start();
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().reason.find(std::to_string(echo.port())) != std::string::npos);
  Endpoint nowhere(echo.shards, {.listener = {.address = "not an address"}});
  CHECK_FALSE(nowhere.start().has_value());
}

TEST_CASE("over the connection limit a client gets 503, until a connection has ended") {
  EndpointOptions options;
  options.listener.admission.connections_max = 2;
  EchoEndpoint echo(2, Shards::steady(), options);
  echo.run();
  RawClient first(echo.port());
  first.send(get("/hello/a"));
  CHECK(status_of(first.response()) == 200);
  {
    RawClient second(echo.port());
    second.send(get("/hello/a"));
    CHECK(status_of(second.response()) == 200);
    RawClient third(echo.port());
    CHECK(status_of(third.response()) == 503);
    CHECK(third.rest().empty());
  }
  for (int attempt = 0;; ++attempt) {
    REQUIRE(attempt < 10'000);
    RawClient again(echo.port());
    again.send(get("/hello/a"));
    if (status_of(again.response()) == 200) break;
  }
}

TEST_CASE("slow requests time out: no head in 5 s, no next request in 15 s") {
  using namespace std::chrono_literals;
  ManualClock clock;
  EchoEndpoint echo(1, clock);
  const auto step = [&] {
    for (int i = 0; i < 100; ++i) echo.shards[0].poll();
  };
  RawClient dribbling(echo.port());
  RawClient silent(echo.port());
  RawClient keeping(echo.port());
  keeping.send(get("/hello/a"));
  step();
  CHECK(status_of(keeping.response()) == 200);
  for (int second = 0; second < 4; ++second) {
    dribbling.send("G");
    step();
    clock.advance(1s);
  }
  step();
  CHECK(dribbling.available().empty());
  clock.advance(1s);
  step();
  CHECK(status_of(dribbling.response()) == 408);
  CHECK(silent.rest().empty());
  clock.advance(9s);
  step();
  keeping.send(get("/hello/b"));
  step();
  CHECK(status_of(keeping.response()) == 200);
  clock.advance(15s);
  step();
  CHECK(keeping.rest().empty());
}
