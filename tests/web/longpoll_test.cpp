// SPDX-License-Identifier: MIT

#include <entmoot/web/longpoll.hpp>

#include "../phoenix/fixture.hpp"
#include "client_frames.hpp"
#include "raw_client.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/web/endpoint.hpp>
#include <entmoot/web/longpoll_session.hpp>
#include <entmoot/web/longpoll_wire.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

const std::string join_1 = R"(["1","1","room:1","phx_join",{}])";
const std::string joined_1 = R"(["1","1","room:1","phx_reply",{"status":"ok","response":{}}])";
const std::string echo_2 = R"(["1","2","room:1","echo",{"a":"\"é"}])";
const std::string echoed_2 = R"(["1","2","room:1","phx_reply",{"status":"ok","response":{"a":"\"é"}}])";
const std::string beat = R"([null,"9","phoenix","heartbeat",{}])";
const std::string beaten = R"([null,"9","phoenix","phx_reply",{"status":"ok","response":{}}])";

struct PollAnswer {
  std::string text;

  [[nodiscard]] int http() const { return status_of(text); }
  [[nodiscard]] std::string body() const { return text.substr(text.find("\r\n\r\n") + 4); }
  [[nodiscard]] bool has(const std::string& header) const { return text.find("\r\n" + header + "\r\n") != text.npos; }
  [[nodiscard]] boost::json::object json() const { return parse_json(body()).value().as_object(); }
  [[nodiscard]] int status() const { return json().at("status").to_number<int>(); }
  [[nodiscard]] std::string token() const { return std::string(json().at("token").as_string()); }
  [[nodiscard]] Texts messages() const {
    Texts texts;
    const auto object = json();
    for (const auto& one : object.at("messages").as_array()) texts.emplace_back(one.as_string());
    return texts;
  }
};

std::string request(const std::string& method, const std::string& target, const std::string& headers = {},
                    const std::string& body = {}) {
  const auto length = body.empty() && method != "POST" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n" + body;
}

const std::string ndjson = "Content-Type: application/x-ndjson\r\n";

/// The protocol's fixture behind long-polling, on stepped shards. Connections go to the shards in turn, so a session's
/// requests arrive on its own shard and on the other one.
struct LongpollWorld {
  explicit LongpollWorld(LongpollOptions options = {}, unsigned shard_count = 2, DrainerOptions drainer = {},
                         SocketLimits limits = {})
      : world(shard_count, limits) {
    const auto connect = [this](const ConnectInfo& info, Transport& transport) {
      seen = info;
      return world.mount.connect(info, transport);
    };
    endpoint = std::make_unique<Endpoint>(world.shards, EndpointOptions{.listener = {.port = 0}, .drainer = drainer});
    endpoint->socket("/socket", {.connect = connect, .auth_token = true, .longpoll = options});
    endpoint->socket("/vars/:a", {.connect = connect, .longpoll_path = "/poll/:b", .longpoll = options});
    endpoint->socket("/off", {.connect = connect});
    REQUIRE(endpoint->start().has_value());
  }
  ~LongpollWorld() { endpoint.reset(); }

  void step(int rounds = 20) {
    for (int i = 0; i < rounds; ++i) {
      for (std::size_t s = 0; s < world.shards.size(); ++s) world.shards[s].poll();
    }
  }
  /// Steps until the whole answer is there.
  PollAnswer answer(RawClient& client, bool without_body = false) {
    for (int i = 0; i < 10'000; ++i) {
      const auto sofar = std::string(client.available());
      const auto end = sofar.find("\r\n\r\n");
      const auto length = sofar.find("\r\ncontent-length: ");
      if (end != std::string::npos) {
        const auto size = length == std::string::npos || without_body ? 0u : std::stoul(sofar.substr(length + 18));
        if (sofar.size() >= end + 4 + size) return {client.response(without_body)};
      }
      step(1);
    }
    FAIL("no answer");
    return {};
  }
  PollAnswer ask(const std::string& text) {
    RawClient client(endpoint->port());
    client.send(text);
    return answer(client);
  }
  PollAnswer get(const std::string& token, const std::string& headers = {}) {
    return ask(request("GET", "/socket/longpoll?vsn=2.0.0&token=" + token, headers));
  }
  /// A poll that stays open.
  std::unique_ptr<RawClient> park(const std::string& token) {
    auto client = std::make_unique<RawClient>(endpoint->port());
    client->send(request("GET", "/socket/longpoll?vsn=2.0.0&token=" + token));
    step();
    CHECK(client->available().empty());
    return client;
  }
  PollAnswer post(const std::string& token, const std::string& body, const std::string& headers = ndjson) {
    return ask(request("POST", "/socket/longpoll?vsn=2.0.0&token=" + token, headers, body));
  }
  std::string open(const std::string& query = "vsn=2.0.0&") {
    const auto answer = ask(request("GET", "/socket/longpoll?" + query));
    REQUIRE(answer.status() == 410);
    return answer.token();
  }
  std::string open_and_join() {
    auto token = open();
    REQUIRE(post(token, join_1).status() == 200);
    REQUIRE(get(token).messages() == Texts{joined_1});
    return token;
  }
  void advance(Duration by) {
    world.clock.advance(by);
    step();
  }
  [[nodiscard]] std::size_t clients() {
    std::size_t count = 0;
    for (std::size_t s = 0; s < world.shards.size(); ++s) {
      run_on(world.shards[s], [&] { count += world.mount.count_here(); });
    }
    return count;
  }

  World world;
  ConnectInfo seen;
  std::unique_ptr<Endpoint> endpoint;
};

}  // namespace

TEST_CASE("a GET without a token opens a session: 410 and a token, as JSON that no cache keeps and any page may read") {
  LongpollWorld world;
  const auto opened = world.ask(request("GET", "/socket/longpoll?vsn=2.0.0&"));
  CHECK(opened.http() == 200);
  CHECK(opened.has("content-type: application/json; charset=utf-8"));
  CHECK(opened.has("cache-control: no-store"));
  CHECK(opened.has("access-control-allow-origin: *"));
  CHECK(opened.body() == R"({"status":410,"token":")" + opened.token() + R"(","messages":[]})");
  CHECK(opened.token().find_first_of("&+/=\"\\ ") == std::string::npos);
  CHECK(world.seen.transport == TransportKind::longpoll);
  CHECK(world.clients() == 1);
}

TEST_CASE("a poll with nothing to fetch is answered 204 when the window has passed") {
  LongpollWorld world;
  const auto token = world.open();
  const auto parked = world.park(token);
  world.advance(9s);
  CHECK(parked->available().empty());
  world.advance(1s);
  const auto answer = world.answer(*parked);
  CHECK(answer.http() == 200);
  CHECK(answer.body() == R"({"status":204,"token":")" + token + R"(","messages":[]})");
}

TEST_CASE("a list of messages is acknowledged, and the next poll fetches the replies as strings in order") {
  LongpollWorld world;
  const auto token = world.open();
  const auto posted = world.post(token, join_1 + "\n" + echo_2 + "\r\n" + beat);
  CHECK(posted.http() == 200);
  CHECK(posted.body() == R"({"status":200})");
  CHECK(posted.has("access-control-allow-origin: *"));
  const auto fetched = world.get(token);
  CHECK(fetched.status() == 200);
  CHECK(fetched.token() == token);
  CHECK(fetched.messages() == Texts{joined_1, echoed_2, beaten});
  const auto parked = world.park(token);  // and they are gone
}

TEST_CASE("a waiting poll returns with all that its round has brought") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  const auto parked = world.park(token);
  CHECK(world.post(token, R"(["1","2","room:1","pushreply",{}])").status() == 200);
  const auto fetched = world.answer(*parked);
  CHECK(fetched.status() == 200);
  CHECK(fetched.messages() == Texts{R"(["1",null,"room:1","pushed",{"a":1}])",
                                    R"(["1","2","room:1","phx_reply",{"status":"ok","response":{}}])"});
}

TEST_CASE("a body of any other content type is one text frame") {
  LongpollWorld world;
  const auto token = world.open();
  CHECK(world.post(token, join_1, "Content-Type: application/json\r\n").status() == 200);
  CHECK(world.post(token, beat, "").status() == 200);
  CHECK(world.post(token, echo_2, "Content-Type: application/x-ndjson; charset=utf-8\r\n").status() == 200);
  CHECK(world.get(token).messages() == Texts{joined_1, beaten, echoed_2});
  // Two messages are no frame: the session ends, as a WebSocket would.
  CHECK(world.post(token, beat + "\n" + beat, "Content-Type: application/json\r\n").status() == 408);
}

TEST_CASE("an entry that is base64 is a binary frame") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  // Kind 0, then the sizes of what follows but for the payload "x": "1", "2", "room:1", "pushreply".
  const std::string push = std::string("\0\x01\x01\x06\x09", 5) + "12room:1pushreplyx";
  CHECK(world.post(token, base64_encode(push) + "\n" + beat).status() == 200);
  CHECK(world.get(token).messages() == Texts{R"(["1",null,"room:1","pushed",{"a":1}])",
                                             R"(["1","2","room:1","phx_reply",{"status":"ok","response":{}}])",
                                             beaten});
}

TEST_CASE("a binary answer cannot be carried: it is left out, and the rest is whole") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  CHECK(world.post(token, R"(["1","2","room:1","bytes",{}])" + ("\n" + beat)).status() == 200);
  CHECK(world.get(token).messages() == Texts{beaten});
}

TEST_CASE("an invalid token opens a new session with GET, and is 410 without a token with POST") {
  LongpollWorld world;
  const auto token = world.open();
  auto other_mount = world.ask(request("GET", "/vars/1/poll/2?vsn=2.0.0")).token();
  auto changed = token;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  for (const auto& bad : {std::string("x"), std::string(), changed, token + "x", other_mount}) {
    const auto answer = world.get(bad);
    CHECK(answer.status() == 410);
    CHECK(answer.token() != token);
    CHECK(answer.messages().empty());
    CHECK(world.post(bad, beat).body() == R"({"status":410})");
  }
  CHECK(world.ask(request("POST", "/socket/longpoll?vsn=2.0.0", ndjson, beat)).body() == R"({"status":410})");
  CHECK(world.ask(request("POST", "/socket/longpoll?%ff", ndjson, beat)).body() == R"({"status":410})");
}

TEST_CASE("a refused connect, vsn or origin is 403 in the body, and a connect that throws is HTTP 500") {
  LongpollWorld world;
  for (const char* query : {"vsn=2.0.0&reject=1", "vsn=3.0.0", "vsn[]=2.0.0", "vsn=2.0.0&a=%ff"}) {
    const auto answer = world.ask(request("GET", "/socket/longpoll?" + std::string(query)));
    CHECK_MESSAGE(answer.http() == 200, query);
    CHECK_MESSAGE(answer.body() == R"({"status":403})", query);
  }
  for (const char* method : {"GET", "POST", "OPTIONS"}) {
    const auto answer = world.ask(request(method, "/socket/longpoll?vsn=2.0.0", "Origin: http://evil.com\r\n"));
    CHECK_MESSAGE(answer.http() == 200, method);
    CHECK_MESSAGE(answer.body() == R"({"status":403})", method);
    CHECK(answer.has("access-control-allow-origin: *"));
  }
  CHECK(world.ask(request("GET", "/socket/longpoll?vsn=2.0.0", "Origin: http://localhost\r\n")).status() == 410);
  CHECK(world.ask(request("GET", "/socket/longpoll?vsn=2.0.0&raise=1")).http() == 500);
  CHECK(world.clients() == 1);
}

TEST_CASE("entries after the hundredth are ignored") {
  LongpollWorld world;
  const auto token = world.open();
  std::string body;
  for (int i = 1; i <= 101; ++i) body += R"([null,")" + std::to_string(i) + R"(","phoenix","heartbeat",{}])" + "\n";
  CHECK(world.post(token, body).status() == 200);
  const auto messages = world.get(token).messages();
  REQUIRE(messages.size() == 100);
  CHECK(messages.back().starts_with(R"([null,"100",)"));
}

TEST_CASE("a POST is acknowledged when the joins in it are answered, and what follows them waits") {
  LongpollWorld world;
  const auto token = world.open();
  RawClient posting(world.endpoint->port());
  posting.send(request("POST", "/socket/longpoll?vsn=2.0.0&token=" + token, ndjson,
                       R"(["1","1","room:slow","phx_join",{}])" + ("\n" + beat)));
  world.step();
  RawClient second(world.endpoint->port());
  second.send(
      request("POST", "/socket/longpoll?vsn=2.0.0&token=" + token, ndjson, R"([null,"10","phoenix","heartbeat",{}])"));
  world.step();
  CHECK(posting.available().empty());
  CHECK(second.available().empty());
  world.advance(500ms);
  CHECK(world.answer(posting).status() == 200);
  CHECK(world.answer(second).status() == 200);
  CHECK(world.get(token).messages() == Texts{R"(["1","1","room:slow","phx_reply",{"status":"ok","response":{}}])",
                                             beaten,
                                             R"([null,"10","phoenix","phx_reply",{"status":"ok","response":{}}])"});
}

TEST_CASE("a POST that is not done when the window has passed is 408, and the session lives on") {
  LongpollWorld world;
  const auto token = world.open();
  RawClient posting(world.endpoint->port());
  posting.send(request("POST", "/socket/longpoll?vsn=2.0.0&token=" + token, ndjson,
                       R"(["1","1","room:later","phx_join",{}])" + ("\n" + echo_2)));
  world.step();
  world.advance(10s);
  CHECK(world.answer(posting).body() == R"({"status":408})");
  REQUIRE(world.world.diary.answers.size() == 1);
  const auto parked = world.park(token);
  std::move(world.world.diary.answers[0])(json("{}"));
  CHECK(world.answer(*parked).messages() ==
        Texts{R"(["1","1","room:later","phx_reply",{"status":"ok","response":{}}])"});
  CHECK(world.post(token, beat).status() == 200);
  CHECK(world.get(token).messages() == Texts{beaten});
}

TEST_CASE("a malformed message ends the session: 408, then 410") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  CHECK(world.post(token, join_1.substr(0, 10)).body() == R"({"status":408})");
  CHECK(world.world.diary.ends == std::vector{ChannelEnd::socket_closed});
  CHECK(world.post(token, beat).status() == 410);
  const auto again = world.get(token);
  CHECK(again.status() == 410);
  CHECK(again.token() != token);
}

TEST_CASE(
    "blank lines and empty bodies carry nothing, and an undecodable body is refused whole; the session lives on") {
  LongpollWorld world;
  const auto token = world.open();
  CHECK(world.post(token, "\n" + beat + "\n\r\n \n").status() == 200);
  CHECK(world.post(token, "").status() == 200);
  CHECK(world.post(token, "", "Content-Type: application/json\r\n").status() == 200);
  const auto bad = world.post(token, beat + "\n!!!");
  CHECK(bad.http() == 400);
  CHECK(bad.body().empty());
  CHECK(world.post(token, "[\"\xff\"]").http() == 400);
  CHECK(world.get(token).messages() == Texts{beaten});
}

TEST_CASE("messages and bodies over their limits are 413, and a body may be larger than elsewhere") {
  LongpollWorld world({.message_bytes_max = 100 * KiB, .body_bytes_max = 200 * KiB});
  const auto token = world.open_and_join();
  const std::string large = R"(["1","2","room:1","echo",{"a":")" + std::string(90 * KiB, 'x') + R"("}])";
  CHECK(world.post(token, large).status() == 200);
  CHECK(world.get(token).messages().at(0).size() > 90 * KiB);
  CHECK(world.post(token, R"(["1","2","room:1","echo",")" + std::string(100 * KiB, 'x') + R"("])").http() == 413);
  CHECK(world.post(token, base64_encode(std::string(101 * KiB, 'x'))).http() == 413);
  RawClient client(world.endpoint->port());
  client.send("POST /socket/longpoll HTTP/1.1\r\nHost: a\r\nContent-Length: 204801\r\n\r\n");
  CHECK(world.answer(client).http() == 413);
  RawClient elsewhere(world.endpoint->port());
  elsewhere.send("POST /socket/else HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n");
  CHECK(world.answer(elsewhere).http() == 413);
}

TEST_CASE("the token may come in a header, which wins over the query's") {
  LongpollWorld world;
  const auto stale = world.open();
  const auto token = world.open();
  const std::string header = "X-Phoenix-Longpoll-Token: " + token + "\r\n";
  const auto bare = "/socket/longpoll?vsn=2.0.0";
  CHECK(world.ask(request("POST", bare, ndjson + header, beat)).status() == 200);
  CHECK(world.get(stale, header).messages() == Texts{beaten});
  CHECK(world.post("stale", beat, ndjson + header).status() == 200);
  CHECK(world.ask(request("GET", bare, header)).token() == token);
}

TEST_CASE("a preflight is answered with what it asked for") {
  LongpollWorld world;
  const auto answer = world.ask(
      request("OPTIONS", "/socket/longpoll", "Access-Control-Request-Headers: x-phoenix-authtoken,content-type\r\n"));
  CHECK(answer.http() == 200);
  CHECK(answer.body().empty());
  CHECK(answer.has("access-control-allow-origin: *"));
  CHECK(answer.has("access-control-allow-headers: x-phoenix-authtoken,content-type"));
  CHECK(answer.has("access-control-allow-methods: get, post, options"));
  CHECK(answer.has("access-control-max-age: 3600"));
}

TEST_CASE("other methods are HTTP 400, and a mount without long-polling has no such path") {
  LongpollWorld world;
  for (const char* method : {"DELETE", "PUT", "PATCH"}) {
    CHECK_MESSAGE(world.ask(request(method, "/socket/longpoll?vsn=2.0.0")).http() == 400, method);
  }
  RawClient head(world.endpoint->port());
  head.send(request("HEAD", "/socket/longpoll?vsn=2.0.0"));
  CHECK(world.answer(head, true).http() == 400);
  CHECK(world.ask(request("GET", "/off/longpoll?vsn=2.0.0")).http() == 404);
  CHECK(world.clients() == 0);
}

TEST_CASE("of two polls the later one gets the messages and the earlier ends with 204") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  const auto earlier = world.park(token);
  const auto later = world.park(token);
  const auto ended = world.answer(*earlier);
  CHECK(ended.status() == 204);
  CHECK(ended.messages().empty());
  world.post(token, echo_2);
  CHECK(world.answer(*later).messages() == Texts{echoed_2});
}

TEST_CASE("version 1 is spoken as well, one message a body or several") {
  LongpollWorld world;
  const auto token = world.open("");
  const std::string join = R"({"topic":"room:1","event":"phx_join","payload":{},"ref":"1"})";
  const std::string echo = R"({"topic":"room:1","event":"echo","payload":{"a":1},"ref":"2"})";
  CHECK(world.post(token, join, "Content-Type: application/json\r\n").status() == 200);
  CHECK(world.post(token, echo + "\n" + echo).status() == 200);
  const auto messages = world.get(token).messages();
  REQUIRE(messages.size() == 3);
  CHECK(parse_json(messages[0]).value().at("event") == "phx_reply");
  CHECK(parse_json(messages[2]).value().at("payload").at("response") == Json{{"a", 1}});
}

TEST_CASE("a session without polls ends after one and a half to three windows, whatever it posts") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  for (int i = 0; i < 2; ++i) {
    world.advance(7s);
    CHECK(world.post(token, echo_2).status() == 200);
  }
  CHECK(world.clients() == 1);
  for (int i = 0; i < 2; ++i) world.advance(8s);
  CHECK(world.clients() == 0);
  CHECK(world.world.diary.ends == std::vector{ChannelEnd::socket_closed});
  CHECK(world.post(token, echo_2).status() == 410);
}

TEST_CASE("a session that is polled lives for ever") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  for (int i = 0; i < 20; ++i) {
    const auto parked = world.park(token);
    world.advance(10s);
    CHECK(world.answer(*parked).status() == 204);
  }
  CHECK(world.post(token, echo_2).status() == 200);
}

TEST_CASE("a disconnect ends the session: the waiting poll with 204, the next with 410") {
  LongpollWorld world;
  const auto token = world.open("vsn=2.0.0&id=u:7");
  CHECK(world.post(token, join_1).status() == 200);
  CHECK(world.get(token).messages() == Texts{joined_1});
  const auto parked = world.park(token);
  run_on(world.world.shards[0], [&] { world.world.pubsub.broadcast("u:7", "disconnect", empty_object()); });
  const auto ended = world.answer(*parked);
  CHECK(ended.status() == 204);
  CHECK(world.clients() == 0);
  CHECK(world.world.diary.ends == std::vector{ChannelEnd::socket_closed});
  CHECK(world.get(token).status() == 410);
}

TEST_CASE("a client that does not fetch its messages loses its session") {
  LongpollWorld world({.queued_bytes_max = 1000, .queued_frames_max = 5});
  const auto many = world.open_and_join();
  std::string beats;
  for (int i = 0; i < 5; ++i) beats += beat + "\n";
  CHECK(world.post(many, beats).status() == 200);
  CHECK(world.clients() == 1);
  CHECK(world.post(many, beat).status() == 408);
  CHECK(world.clients() == 0);
  const auto large = world.open_and_join();
  const std::string echo = R"(["1","2","room:1","echo",{"a":")" + std::string(600, 'x') + R"("}])";
  CHECK(world.post(large, echo).status() == 200);
  CHECK(world.post(large, echo).status() == 408);
  CHECK(world.post(large, echo).status() == 410);
}

TEST_CASE("sessions are limited by shard and by network; beyond that 503, until one has ended") {
  LongpollWorld world({.sessions_max = 2}, 1);
  const auto first = world.open();
  (void)world.open();
  const auto refused = world.ask(request("GET", "/socket/longpoll?vsn=2.0.0"));
  CHECK(refused.http() == 503);
  CHECK(refused.body().empty());
  CHECK(world.post(first, "[").status() == 408);
  (void)world.open();

  Shards shards(1);
  const Shard::Scope here(shards[0]);
  Connections connections(shards[0]);
  LongpollTable table(connections, {.sessions_max = 3, .sessions_per_network_max = 1});
  auto from_a = std::make_shared<LongpollSession>(table, "a");
  CHECK_FALSE(table.has_room("a"));
  CHECK(table.has_room("b"));
  const auto uncounted = std::make_shared<LongpollSession>(table, "");
  const auto another = std::make_shared<LongpollSession>(table, "");
  CHECK_FALSE(table.has_room(""));
  from_a.reset();
  CHECK(table.has_room("a"));
  table.close();
  CHECK_FALSE(table.has_room("a"));
}

TEST_CASE("connect learns the auth token and the parts of the path") {
  LongpollWorld world;
  REQUIRE(world.ask(request("GET", "/socket/longpoll?vsn=2.0.0", "X-Phoenix-AuthToken: se+k/=\r\nUser-Agent: t\r\n"))
              .status() == 410);
  CHECK(world.seen.auth_token == "se+k/=");
  CHECK(world.seen.user_agent == "t");
  const auto opened = world.ask(request("GET", "/vars/x%20y/poll/2?vsn=2.0.0", "X-Phoenix-AuthToken: s\r\n"));
  CHECK(opened.status() == 410);
  CHECK_FALSE(world.seen.auth_token.has_value());
  CHECK(world.seen.path_params == ConnectInfo::Pairs{{"a", "x y"}, {"b", "2"}});
  CHECK(world.ask(request("GET", "/vars/%zz/poll/2?vsn=2.0.0")).http() == 400);
}

TEST_CASE("draining ends sessions and answers their polls, and lets no new one in") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  const auto parked = world.park(token);
  RawClient late(world.endpoint->port());  // accepted before, asks in the middle
  late.send("GET /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\n");
  world.step();
  bool drained = false;
  world.endpoint->drain([&] { drained = true; });
  CHECK(world.answer(*parked).status() == 204);
  world.step();
  CHECK(world.clients() == 0);
  late.send("Host: a\r\n\r\n");
  CHECK(world.answer(late).http() == 503);
  late.reset();
  parked->reset();
  world.step();
  world.advance(30s);
  CHECK(drained);
}

TEST_CASE("sessions whose clients wait are drained in batches, so that they do not come back all at once") {
  LongpollWorld world({}, 1, {.batch_size = 1, .batch_interval = 2s});
  const auto one = world.park(world.open());
  const auto two = world.park(world.open());
  (void)world.open();  // without a parked poll: it ends at once
  world.endpoint->drain([] {});
  world.step();
  CHECK(world.clients() == 1);
  world.advance(2s);
  CHECK(world.clients() == 0);
  CHECK(world.answer(*one).status() == 204);
  CHECK(world.answer(*two).status() == 204);
}

TEST_CASE("closing the endpoint ends what is parked, posted and joined") {
  LongpollWorld world;
  const auto token = world.open_and_join();
  const auto parked = world.park(token);
  RawClient posting(world.endpoint->port());
  posting.send(
      request("POST", "/socket/longpoll?vsn=2.0.0&token=" + token, ndjson, R"(["2","2","room:later","phx_join",{}])"));
  world.step();
  world.endpoint->close();
  CHECK(world.clients() == 0);
  CHECK(world.world.diary.ends.size() == 1);
}

TEST_CASE("sessions on running shards, polled and posted to over any connection, lose and mix up nothing") {
  Shards shards(3);
  PubSub pubsub(shards);
  Diary diary;
  const FixtureSocket user_socket(diary);
  SocketMount mount(shards, pubsub, user_socket);
  Endpoint endpoint(shards, {.listener = {.port = 0}});
  endpoint.socket("/socket",
                  {.connect = [&](const ConnectInfo& info, Transport& to) { return mount.connect(info, to); },
                   .longpoll = LongpollOptions{.window = 100ms}});
  REQUIRE(endpoint.start().has_value());
  shards.start();
  const auto ask = [&](const std::string& text) {
    RawClient client(endpoint.port());
    client.send(text);
    return PollAnswer{client.response()};
  };
  std::vector<std::string> tokens;
  for (int i = 0; i < 6; ++i) tokens.push_back(ask(request("GET", "/socket/longpoll?vsn=2.0.0")).token());
  std::vector<Texts> got(tokens.size());
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto target = "/socket/longpoll?vsn=2.0.0&token=" + tokens[i];
      const auto ref = std::to_string(i) + "-" + std::to_string(round);
      CHECK(ask(request("POST", target, ndjson, R"([null,")" + ref + R"(","phoenix","heartbeat",{}])")).status() ==
            200);
      for (auto& text : ask(request("GET", target)).messages()) got[i].push_back(std::move(text));
    }
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    REQUIRE(got[i].size() == 20);
    for (int round = 0; round < 20; ++round) {
      const auto ref = R"([null,")" + std::to_string(i) + "-" + std::to_string(round) + R"(",)";
      CHECK(got[i][static_cast<std::size_t>(round)].starts_with(ref));
    }
  }
  endpoint.close();
  shards.stop_and_join();
}

TEST_CASE("a client with too many messages without an answer is not read further, and loses none") {
  constexpr std::size_t at_once = 10;
  LongpollWorld world({}, 2, {}, {.memory_max = at_once * (SocketLimits::message_bytes + 2)});
  const auto token = world.open_and_join();
  std::string body;
  for (int i = 0; i < 30; ++i) body += (i ? "\n" : "") + std::string(R"(["1","x","room:1","ask",{}])");
  RawClient client(world.endpoint->port());
  client.send(request("POST", "/socket/longpoll?vsn=2.0.0&token=" + token, ndjson, body));
  world.step(100);
  auto& answers = world.world.diary.answers;
  CHECK(answers.size() == at_once);
  CHECK(client.available().empty());
  for (std::size_t i = 0; i < 30; ++i) {
    REQUIRE(i < answers.size());
    std::move(answers[i])(JsonText());
    world.step();
  }
  CHECK(world.answer(client).status() == 200);
  CHECK(world.get(token).messages().size() == 30);
}

TEST_CASE("a WebSocket of a client with too many messages without an answer is not read further, and loses none") {
  constexpr std::size_t at_once = 10;
  LongpollWorld world({}, 1, {}, {.memory_max = at_once * (SocketLimits::message_bytes + 2)});
  RawClient client(world.endpoint->port());
  client.send(
      "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  std::string frames = wire::frame(wire::fin | wire::text, join_1);
  for (int i = 0; i < 30; ++i) frames += wire::frame(wire::fin | wire::text, R"(["1","x","room:1","ask",{}])");
  frames += wire::frame(wire::fin | wire::text, beat);
  client.send(frames);
  world.step(100);
  auto& answers = world.world.diary.answers;
  CHECK(answers.size() == at_once);
  CHECK(std::string(client.available()).find(beaten) == std::string::npos);
  for (std::size_t i = 0; i < 30; ++i) {
    REQUIRE(i < answers.size());
    std::move(answers[i])(JsonText());
    world.step();
  }
  CHECK(std::string(client.available()).find(beaten) != std::string::npos);
}
