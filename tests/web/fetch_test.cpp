// SPDX-License-Identifier: MIT

#include <entmoot/web/fetch.hpp>

#include "canned_server.hpp"
#include "self_signed.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/testing/manual_clock.hpp>
#include <entmoot/web/endpoint.hpp>

#include <doctest/doctest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

EndpointOptions on_any_port() {
  EndpointOptions options;
  options.listener.address = "127.0.0.1";
  options.listener.port = 0;
  return options;
}

// An endpoint that describes the request it received.
struct Service {
  Shards shards{1};
  Endpoint endpoint{shards, on_any_port()};

  Service() {
    const auto mirror = [](HttpRequest request, Responder responder) {
      std::string said = request.method + " " + request.path + "?" + request.query + "\n";
      for (const char* name : {"host", "authorization", "content-type", "x-own", "user-agent", "connection"}) {
        if (const auto* value = request.header(name)) said += std::string(name) + ": " + *value + "\n";
      }
      responder.respond(HttpResponse::text(200, said + request.body).with("x-said", "caf\xe9"));
    };
    const auto redirect = [](HttpRequest request, Responder responder) {
      const int status = std::stoi(std::string(request.param("status")));
      responder.respond(HttpResponse::empty(status).with("location", request.query));
    };
    endpoint.get("/mirror", mirror).post("/mirror", mirror);
    endpoint.get("/to/:status", redirect).post("/to/:status", redirect);
    endpoint.get("/loop", [](HttpRequest, Responder responder) {
      responder.respond(HttpResponse::empty(302).with("location", "loop"));
    });
    endpoint.get("/missing", [](HttpRequest, Responder responder) { responder.respond(HttpResponse::empty(404)); });
    endpoint.get("/bytes", [](HttpRequest, Responder responder) {
      responder.respond(HttpResponse::text(200, std::string("\xff\x00\x01", 3)));
    });
    REQUIRE(endpoint.start().has_value());
    shards.start();
  }
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(endpoint.port()); }
};

// A fetcher on a shard that the test steps.
struct Bench {
  using Answer = std::shared_ptr<std::optional<Result<JsonText>>>;

  ManualClock clock;
  Shard shard{0, clock};
  std::optional<Fetcher> fetcher;

  explicit Bench(const std::vector<std::string>& list, FetchOptions options = {}) {
    auto policy = FetchPolicy::parse(list);
    REQUIRE(policy.has_value());
    options.policy = std::move(*policy);
    on_shard([&] { fetcher.emplace(shard, std::move(options)); });
  }
  ~Bench() {
    on_shard([&] { fetcher.reset(); });
  }
  void on_shard(const std::function<void()>& what) {
    shard.post([&what] { what(); });
    shard.poll();
  }

  Answer begin(boost::json::object request) {
    auto answer = std::make_shared<std::optional<Result<JsonText>>>();
    on_shard([&] {
      fetcher->fetch(JsonText::of(boost::json::array{std::move(request)}),
                     ReplyTo(shard, [answer](Result<JsonText> result) { *answer = std::move(result); }));
    });
    return answer;
  }
  boost::json::object wait(const Answer& answer) {
    while (!*answer) shard.poll();
    if (!**answer) return {{"error", (**answer).error().reason}};
    return (**answer)->parse()->as_object();
  }
  boost::json::object ask(boost::json::object request) { return wait(begin(std::move(request))); }
  boost::json::object get(const std::string& url) { return ask({{"url", url}}); }
};

boost::json::array headers(std::initializer_list<std::pair<std::string, std::string>> pairs) {
  boost::json::array list;
  for (const auto& [name, value] : pairs) list.push_back(boost::json::array{name, value});
  return list;
}

std::string text(const boost::json::object& response, std::string_view key = "text") {
  const auto* found = response.if_contains(key);
  return found && found->is_string() ? std::string(found->get_string()) : to_json(response);
}

}  // namespace

TEST_CASE("a response comes back with status, headers and body; a status of 404 is a response too") {
  Service service;
  Bench bench({service.origin()});
  const auto response = bench.ask({{"url", service.origin() + "/mirror?a=b"},
                                   {"headers", headers({{"X-Own", "caf\u00e9"}, {"authorization", "me"}})}});
  CHECK(response.at("status") == 200);
  CHECK(text(response, "statusText") == "OK");
  CHECK(text(response, "url") == service.origin() + "/mirror?a=b");
  CHECK_FALSE(response.at("redirected").as_bool());
  CHECK(text(response, "base64") ==
        base64_encode("GET /mirror?a=b\nhost: 127.0.0.1:" + std::to_string(service.endpoint.port()) +
                      "\nauthorization: me\nx-own: caf\xe9\nuser-agent: entmoot\nconnection: close\n"));
  bool said = false;
  for (const auto& header : response.at("headers").as_array()) {
    if (header.at(0) == "x-said") said = header.at(1) == "caf\u00e9";
  }
  CHECK(said);
  CHECK(bench.get(service.origin() + "/missing").at("status") == 404);
  CHECK(text(bench.get(service.origin() + "/bytes"), "base64") == "/wAB");
  CHECK(bench.fetcher->under_way() == 0);
}

TEST_CASE("bodies go out as text or as bytes") {
  Service service;
  Bench bench({service.origin()});
  const auto body = [&](boost::json::object request) {
    request["url"] = service.origin() + "/mirror";
    request["method"] = "POST";
    request["headers"] = headers({{"content-type", "text/plain"}});
    const auto said = text(bench.ask(std::move(request)));
    return said.substr(said.find("connection: close\n") + 18);
  };
  CHECK(body({{"text", "gr\u00fc\u00df"}}) == "gr\u00fc\u00df");
  CHECK(body({{"base64", base64_encode("by\ntes")}}) == "by\ntes");
  CHECK(body({}) == "");
}

TEST_CASE("an unlisted origin is not requested, nor a private address that is not listed by name") {
  Service service;
  const std::string port = std::to_string(service.endpoint.port());
  Bench nobody({});
  CHECK(text(nobody.get(service.origin()), "error") ==
        "fetch to " + service.origin() + " is not allowed: add it to `fetch` in entmoot.config.ts");
  Bench anybody({"*"});
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    CAPTURE(host);
    const auto reason = text(anybody.get("http://" + host + ":" + port + "/mirror"), "error");
    CHECK(reason.find("has a private address") != std::string::npos);
  }
  Bench named({"*", "http://localhost:" + port});
  CHECK(named.get("http://localhost:" + port + "/mirror").at("status") == 200);
  CHECK(named.get(service.origin() + "/mirror").contains("error"));
}

TEST_CASE("redirects are followed within bounds and the list, and credentials stay with their origin") {
  Service service;
  Service other;
  Bench bench({service.origin(), other.origin()});
  auto response = bench.get(service.origin() + "/to/302?/mirror");
  CHECK(text(response).starts_with("GET /mirror?\n"));
  CHECK(text(response, "url") == service.origin() + "/mirror");
  CHECK(response.at("redirected").as_bool());

  const auto send = [&](const std::string& target) {
    return text(
        bench.ask({{"url", service.origin() + target},
                   {"method", "POST"},
                   {"text", "body"},
                   {"headers", headers({{"authorization", "me"}, {"content-type", "text/plain"}, {"x-own", "1"}})}}));
  };
  const std::string port = std::to_string(service.endpoint.port());
  const std::string other_port = std::to_string(other.endpoint.port());
  CHECK(send("/to/307?/mirror") == "POST /mirror?\nhost: 127.0.0.1:" + port +
                                       "\nauthorization: me\ncontent-type: text/plain\nx-own: 1\nuser-agent: entmoot\n"
                                       "connection: close\nbody");
  CHECK(send("/to/303?" + other.origin() + "/mirror") ==
        "GET /mirror?\nhost: 127.0.0.1:" + other_port + "\nx-own: 1\nuser-agent: entmoot\nconnection: close\n");

  CHECK(text(bench.get(service.origin() + "/loop"), "error") == "more than 5 redirects");
  CHECK(text(bench.get(service.origin() + "/to/302?http://10.0.0.1/"), "error") ==
        "fetch to http://10.0.0.1 is not allowed: add it to `fetch` in entmoot.config.ts");
  CHECK(
      text(bench.get(service.origin() + "/to/302?file:///etc/passwd"), "error").starts_with("invalid redirect target"));
  CHECK(bench.ask({{"url", service.origin() + "/to/302?/mirror"}, {"redirect", "manual"}}).at("status") == 302);
  CHECK(text(bench.ask({{"url", service.origin() + "/to/302?/mirror"}, {"redirect", "error"}}), "error")
            .ends_with("redirects, and the request's redirect mode is \"error\""));
}

TEST_CASE("an invalid request is refused before anything is sent") {
  Bench bench({"*"}, {.request_bytes_max = 100});
  const auto refused = [&](boost::json::object request) {
    request.emplace("url", "https://example.com/");
    return text(bench.ask(std::move(request)), "error");
  };
  CHECK(refused({{"url", "https://example.com/a b"}}) == "\"https://example.com/a b\" is not an http or https URL");
  CHECK(refused({{"url", "gopher://x"}}) == "\"gopher://x\" is not an http or https URL");
  CHECK(refused({{"method", "GET / HTTP/1.1\r\nx:"}}).starts_with("invalid or forbidden method"));
  CHECK(refused({{"headers", headers({{"x", "a\r\nb: c"}})}}) ==
        "invalid header value: it contains a line break or NUL");
  CHECK(refused({{"headers", {{"x", "a"}}}}) == "invalid headers: expected a list of [name, value]");
  CHECK(refused({{"headers", headers({{"x y", "a"}})}}) == "invalid header name");
  for (const char* name : {"Host", "Connection", "Content-Length", "Transfer-Encoding", "Proxy-Authorization", "TE"}) {
    CHECK(refused({{"headers", headers({{name, "a"}})}}) == "the header \"" + std::string(name) + "\" cannot be set");
  }
  CHECK(refused({{"headers", headers({{"x", std::string(17000, 'a')}})}}).starts_with("the request's URL and headers"));
  CHECK(refused({{"text", std::string(101, 'a')}}) == "the request's body exceeds 0 KiB");
}

TEST_CASE("a response that is too long, malformed or truncated is an error; chunked and informational ones are not") {
  const auto answered = [](std::string_view bytes) -> std::string {
    CannedServer server{std::string(bytes)};
    Bench bench({server.origin()}, {.response_bytes_max = 1000});
    const auto response = bench.get(server.origin());
    if (!response.contains("error")) return text(response);
    const std::string error = text(response, "error");
    if (error.starts_with("no response from ")) return "no response";
    return error.ends_with(" exceeds 0 KiB") ? "too long" : error;
  };
  CHECK(answered("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == "abcde");
  CHECK(answered("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi") == "hi");
  CHECK(answered("HTTP/1.0 200 OK\r\n\r\nuntil the end") == "until the end");
  CHECK(answered("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab") == "no response");
  CHECK(answered("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n") == "too long");
  CHECK(answered("HTTP/1.0 200 OK\r\n\r\n" + std::string(1001, 'x')) == "too long");
  CHECK(answered("HTTP/1.1 200 OK\r\nx: " + std::string(40000, 'x') + "\r\n\r\n") == "no response");
  CHECK(answered("SSH-2.0-OpenSSH\r\n") == "no response");
  CHECK(answered("") == "no response");
}

TEST_CASE("a request without a response fails at the timeout; pending requests are counted") {
  CannedServer server{std::nullopt};  // accepts, and never responds
  Bench bench({server.origin()}, {.under_way_max = 2});
  const auto first = bench.begin({{"url", server.origin()}, {"id", "one"}});
  const auto second = bench.begin({{"url", server.origin()}, {"id", "two"}});
  CHECK(text(bench.get(server.origin()), "error") == "overloaded");
  bench.on_shard([&] { bench.fetcher->abort("two"); });
  CHECK(text(bench.wait(second), "error") == "request aborted");
  CHECK_FALSE(first->has_value());
  bench.clock.advance(10s);
  CHECK(text(bench.wait(first), "error") == server.origin() + " did not answer within 10 s");
  while (bench.fetcher->under_way() > 0) bench.shard.poll();
}

TEST_CASE("a fetcher that is destroyed fails its pending requests") {
  CannedServer server{std::nullopt};
  Bench bench({server.origin()});
  const auto waiting = bench.begin({{"url", server.origin()}});
  bench.on_shard([&] { bench.fetcher.reset(); });
  CHECK(text(bench.wait(waiting), "error") == "the server is stopping");
}

TEST_CASE("over TLS the certificate must be trusted and be the host's") {
  const SelfSigned identity;
  const CannedServer server{"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", &identity};
  const std::string named = "https://localhost:" + std::to_string(server.port());
  const std::string by_address = "https://127.0.0.1:" + std::to_string(server.port());
  Bench trusting({named, by_address}, {.certificates = identity.file()});
  CHECK(text(trusting.get(named)) == "hi");
  CHECK(text(trusting.get(by_address), "error").starts_with("TLS handshake failed with " + by_address));
  Bench wary({named});
  CHECK(text(wary.get(named), "error") == "TLS handshake failed with " + named + ": self-signed certificate");
}

TEST_CASE("a server without TLS, and a port without a listener, are errors") {
  CannedServer server{"HTTP/1.1 400 Bad Request\r\n\r\n"};
  const std::string https = "https" + server.origin().substr(4);
  Bench bench({https, "http://127.0.0.1:1"});
  CHECK(text(bench.get(https), "error").starts_with("TLS handshake failed with " + https));
  CHECK(text(bench.get("http://127.0.0.1:1"), "error") == "cannot connect to http://127.0.0.1:1: Connection refused");
}
