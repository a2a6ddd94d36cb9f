// SPDX-License-Identifier: MIT

#include <entmoot/web/handshake.hpp>

#include "raw_client.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/web/endpoint.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

using namespace entmoot;

namespace {

/// Refuses and fails on request, and remembers whom it took in.
class AskedSocket final : public UserSocket {
 public:
  Result<Client> connect(Client client) const override {
    const auto* reject = find_string(client.params, "reject");
    if (reject && *reject == "1") return fail(ErrorCode::unauthorized, "");
    if (reject && *reject == "2") return fail(ErrorCode::unauthorized, "rate limited");
    if (reject && *reject == "3") throw std::runtime_error("asked to");
    if (reject && *reject == "4") throw 4;
    const std::scoped_lock lock(mutex_);
    last_ = client;
    return client;
  }
  [[nodiscard]] Client last() const {
    const std::scoped_lock lock(mutex_);
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  mutable Client last_;
};

/// A live endpoint with the protocol's own sockets.
struct AskedEndpoint {
  Shards shards{2};
  PubSub pubsub{shards};
  AskedSocket user_socket;
  SocketMount sockets{shards, pubsub, user_socket};
  Endpoint endpoint{shards, {.listener = {.port = 0}}};

  EndpointSocket mount() {
    return {.connect = [this](const ConnectInfo& info, Transport& to) { return sockets.connect(info, to); }};
  }
  AskedEndpoint() {
    endpoint.socket("/socket", mount());
    auto limited = mount();
    limited.error_handler = [](const HttpRequest&, const Error& error) {
      return HttpResponse::text(429, error.reason).with("retry-after", "1");
    };
    endpoint.socket("/limited", std::move(limited));
    auto with_parts = mount();
    with_parts.websocket_path = "/ws/:b";
    endpoint.socket("/vars/:a", std::move(with_parts));
    auto with_token = mount();
    with_token.auth_token = true;
    endpoint.socket("/token", std::move(with_token));
    auto sip = mount();
    sip.subprotocols = {"sip", "xmpp"};
    endpoint.socket("/sip", std::move(sip));
    auto both = mount();
    both.subprotocols = {"sip"};
    both.auth_token = true;
    endpoint.socket("/both", std::move(both));
    REQUIRE(endpoint.start().has_value());
    shards.start();
  }

  std::string upgrade(std::string_view path, std::string_view more_headers = {}) {
    RawClient client(endpoint.port());
    return client.upgrade(path, {}, more_headers);
  }
  std::string ask(std::string_view request) {
    RawClient client(endpoint.port());
    client.send(request);
    return client.response();
  }
};

/// The subprotocol of a 101; "none" without one; otherwise the status.
std::string selected(std::string_view response) {
  if (status_of(response) != 101) return std::to_string(status_of(response));
  constexpr std::string_view name = "\r\nsec-websocket-protocol: ";
  const auto at = response.find(name);
  if (at == std::string_view::npos) return "none";
  const auto rest = response.substr(at + name.size());
  return std::string(rest.substr(0, rest.find('\r')));
}

std::string offer(std::string_view names) { return "Sec-WebSocket-Protocol: " + std::string(names) + "\r\n"; }

bool is_empty(std::string_view response) { return response.ends_with("\r\n\r\n"); }

}  // namespace

TEST_CASE("vsn is a full version that a serializer speaks, or absent") {
  AskedEndpoint asked;
  for (const char* query : {"?vsn=2.0.0", "?vsn=2.0.1", "?vsn=9.9.9&vsn=2.0.0"}) {
    CHECK_MESSAGE(status_of(asked.upgrade("/socket/websocket" + std::string(query))) == 101, query);
  }
  for (const char* query : {"?vsn=123.1.1", "?vsn=2.1.0", "?vsn=1.1.0", "?vsn=3.0.0", "?vsn=2", "?vsn=abc",
                            "?vsn=", "?vsn=2.0.0-rc.1", "?vsn[]=2.0.0", "?vsn=2.0.0&vsn=9.9.9", "?vsn=2.0.0&a=%ff"}) {
    const auto response = asked.upgrade("/socket/websocket" + std::string(query));
    CHECK_MESSAGE(status_of(response) == 403, query);
    CHECK_MESSAGE(is_empty(response), query);
  }
}

TEST_CASE("a refused connect is a 403 without a body, or what the error handler makes of the reason") {
  AskedEndpoint asked;
  for (const char* path : {"/socket/websocket?vsn=2.0.0&reject=1", "/socket/websocket?vsn=2.0.0&reject=2",
                           "/limited/websocket?vsn=2.0.0&reject=1", "/limited/websocket?vsn=9.0.0"}) {
    const auto response = asked.upgrade(path);
    CHECK_MESSAGE(status_of(response) == 403, path);
    CHECK_MESSAGE(is_empty(response), path);
  }
  const auto limited = asked.upgrade("/limited/websocket?vsn=2.0.0&reject=2");
  CHECK(status_of(limited) == 429);
  CHECK(limited.find("\r\nretry-after: 1\r\n") != std::string::npos);
  CHECK(limited.ends_with("\r\n\r\nrate limited"));
}

TEST_CASE("a connect that throws, whatever it throws, is a 500") {
  AskedEndpoint asked;
  CHECK(status_of(asked.upgrade("/socket/websocket?vsn=2.0.0&reject=3")) == 500);
  CHECK(status_of(asked.upgrade("/limited/websocket?vsn=2.0.0&reject=4")) == 500);
}

TEST_CASE("an invalid upgrade is refused with Phoenix's text, after connect") {
  AskedEndpoint asked;
  const std::string line = "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: a\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto said = [&](const std::string& headers) {
    const auto response = asked.ask(line + headers + "\r\n");
    CHECK(status_of(response) == 400);
    return response.substr(response.find("\r\n\r\n") + 4);
  };
  CHECK(said("") == "'connection' header must contain 'upgrade', got []");
  CHECK(said("Connection: close\r\n") == "'connection' header must contain 'upgrade', got [\"close\"]");
  CHECK(said("Connection: Upgrade\r\n") == "'upgrade' header must contain 'websocket', got []");
  CHECK(said("Connection: Upgrade\r\nUpgrade: websocket\r\n") == "'sec-websocket-key' header is absent");
  CHECK(said("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\n" + key) ==
        "'sec-websocket-version' header must equal '13', got [\"12\"]");
  const auto posted = asked.ask("POST /socket/websocket HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  CHECK(status_of(posted) == 400);
  CHECK(is_empty(posted));
  CHECK(status_of(asked.ask("GET /socket/websocket?vsn=2.0.0&reject=1 HTTP/1.1\r\nHost: a\r\n\r\n")) == 403);
}

TEST_CASE("without anything configured only phoenix is selected, and the rest of the offer is ignored") {
  AskedEndpoint asked;
  const std::string path = "/socket/websocket?vsn=2.0.0";
  CHECK(selected(asked.upgrade(path)) == "none");
  CHECK(selected(asked.upgrade(path, offer("phoenix"))) == "phoenix");
  CHECK(selected(asked.upgrade(path, offer("mqtt"))) == "none");
  CHECK(selected(asked.upgrade(path, offer("phoenix, base64url.bearer.phx.c2Vr"))) == "phoenix");
  CHECK_FALSE(asked.user_socket.last().info.auth_token.has_value());
}

TEST_CASE("configured subprotocols are matched in the server's order, and an offer without any of them is refused") {
  AskedEndpoint asked;
  const std::string path = "/sip/websocket?vsn=2.0.0";
  CHECK(selected(asked.upgrade(path)) == "none");
  CHECK(selected(asked.upgrade(path, offer("sip"))) == "sip");
  CHECK(selected(asked.upgrade(path, offer("mqtt, xmpp, sip"))) == "sip");
  CHECK(selected(asked.upgrade(path, offer("mqtt, xmpp"))) == "xmpp");
  CHECK(selected(asked.upgrade(path, offer("mqtt") + offer("xmpp"))) == "xmpp");
  CHECK(selected(asked.upgrade(path, offer("mqtt"))) == "403");
  CHECK(selected(asked.upgrade(path, offer("SIP"))) == "403");
  CHECK(selected(asked.upgrade(path, offer("mqtt, phoenix"))) == "phoenix");
  CHECK(selected(asked.upgrade("/both/websocket?vsn=2.0.0", offer("sip, phoenix"))) == "phoenix");
  CHECK(selected(asked.upgrade("/both/websocket?vsn=2.0.0", offer("sip"))) == "sip");
}

TEST_CASE("a bearer entry becomes the auth token, in either alphabet, padded or not") {
  AskedEndpoint asked;
  const std::string path = "/token/websocket?vsn=2.0.0";
  const auto token = [&](const std::string& names) {
    const auto answer = selected(asked.upgrade(path, names));
    return std::make_pair(answer, asked.user_socket.last().info.auth_token.value_or("(none)"));
  };
  using Seen = std::pair<std::string, std::string>;
  const std::string bearer = "base64url.bearer.phx.";
  CHECK(token(offer("phoenix, " + bearer + "c2Vr")) == Seen("phoenix", "sek"));
  CHECK(token(offer(bearer + "c2Vr, phoenix")) == Seen("phoenix", "sek"));
  CHECK(token(offer("phoenix") + offer(bearer + "c2Vr")) == Seen("phoenix", "sek"));
  CHECK(token(offer("phoenix, " + bearer + "-_8")) == Seen("phoenix", "\xfb\xff"));
  CHECK(token(offer("phoenix, " + bearer + "+/8=")) == Seen("phoenix", "\xfb\xff"));
  CHECK(token(offer("phoenix")) == Seen("phoenix", "(none)"));
  CHECK(token({}) == Seen("none", "(none)"));
  CHECK(token(offer(bearer + "c2Vr")) == Seen("none", "sek"));
  CHECK(token(offer("phoenix, " + bearer + "c2Vr, " + bearer + "c2Vr")) == Seen("phoenix", "(none)"));
  CHECK(selected(asked.upgrade(path, offer(bearer + "c2Vr, " + bearer + "c2Vr"))) == "403");
  CHECK(selected(asked.upgrade(path, offer("mqtt"))) == "403");
  CHECK(selected(asked.upgrade(path, offer("mqtt, " + bearer + "c2Vr"))) == "403");
  CHECK(selected(asked.upgrade(path, offer("phoenix, " + bearer + "!!!"))) == "400");
}

TEST_CASE("the query as phoenix.js writes it becomes parameters, and the parts of the path win over it") {
  AskedEndpoint asked;
  REQUIRE(status_of(asked.upgrade("/socket/websocket?a=1&&n%5Bx%5D=1&vsn=2.0.0&")) == 101);
  CHECK(boost::json::serialize(asked.user_socket.last().params) == R"({"a":"1","n":{"x":"1"},"vsn":"2.0.0"})");
  REQUIRE(status_of(asked.upgrade("/vars/x%20y/ws/2?a=query&c=3&vsn=2.0.0")) == 101);
  CHECK(boost::json::serialize(asked.user_socket.last().params) == R"({"a":"x y","c":"3","vsn":"2.0.0","b":"2"})");
  CHECK(status_of(asked.upgrade("/vars/x/ws?vsn=2.0.0")) == 404);
  CHECK(status_of(asked.upgrade("/vars//ws/2?vsn=2.0.0")) == 404);
  CHECK(status_of(asked.upgrade("/vars/%zz/ws/2?vsn=2.0.0")) == 400);
  CHECK(status_of(asked.upgrade("/vars/x/websocket?vsn=2.0.0")) == 404);
}

TEST_CASE("connect gets the client's connect_info") {
  AskedEndpoint asked;
  REQUIRE(status_of(asked.upgrade("/socket/websocket?vsn=2.0.0",
                                  "User-Agent: tester/1\r\nX-Forwarded-For: 10.0.0.1\r\nX-A: 1\r\nAccept: x\r\n")) ==
          101);
  const auto info = asked.user_socket.last().info;
  CHECK(info.query == "vsn=2.0.0");
  CHECK(info.peer == "127.0.0.1");
  CHECK(info.peer_is_loopback);
  CHECK(info.transport == TransportKind::websocket);
  CHECK(info.host == "localhost");
  CHECK(info.path == "/socket/websocket");
  CHECK(info.user_agent == "tester/1");
  CHECK(info.x_headers == ConnectInfo::Pairs{{"x-forwarded-for", "10.0.0.1"}, {"x-a", "1"}});
  REQUIRE(info.x_header("x-a"));
  CHECK(*info.x_header("x-a") == "1");
  CHECK_FALSE(info.x_header("x-b"));
}

TEST_CASE("an endpoint with an invalid origin does not start, and names it") {
  Shards shards(1);
  Endpoint endpoint(shards, {.listener = {.port = 0}});
  endpoint.socket("/socket", {.connect = [](const ConnectInfo&, Transport&) -> Result<std::unique_ptr<FrameHandler>> {
                                return fail(ErrorCode::unauthorized, "");
                              },
                              .origin = {OriginPolicy::Check::listed, {"example.com"}}});
  const auto started = endpoint.start();
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().reason.find("\"example.com\"") != std::string::npos);
}
