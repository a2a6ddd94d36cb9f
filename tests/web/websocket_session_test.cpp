// SPDX-License-Identifier: MIT

#include <entmoot/web/websocket_session.hpp>

#include "client_frames.hpp"
#include "echo_endpoint.hpp"
#include "raw_client.hpp"
#include "websocket_cases.hpp"

#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

using namespace entmoot;
using namespace entmoot::wire;

namespace {

/// What an echoing server sends when it has heard `heard`.
std::vector<ServerFrame> answers(const std::vector<Heard>& heard) {
  std::vector<ServerFrame> out;
  for (const auto& one : heard) {
    switch (one.kind) {
      case Heard::Kind::text: out.push_back({text, one.payload}); break;
      case Heard::Kind::binary: out.push_back({binary, one.payload}); break;
      case Heard::Kind::ping: out.push_back({pong, one.payload}); break;
      case Heard::Kind::pong: break;
      case Heard::Kind::close:
      case Heard::Kind::error: out.push_back({wire::close, one.code == 0 ? "" : big_endian(one.code, 2)}); break;
    }
  }
  return out;
}

void run_case(const WebSocketCase& row, std::uint16_t port, std::size_t chop) {
  RawClient client(port);
  REQUIRE(status_of(client.upgrade("/socket/websocket")) == 101);
  auto heard = row.heard;
  auto input = row.input;
  const bool ends = heard.back().kind == Heard::Kind::close || heard.back().kind == Heard::Kind::error;
  if (!ends) {
    input += close_frame(1000);
    heard.push_back({Heard::Kind::close, "", 1000});
  }
  for (const auto& piece : chopped(input, chop)) {
    if (!client.send(piece)) break;  // the server may have closed in the middle of it
  }
  for (const auto& expected : answers(heard)) {
    const auto frame = client.frame();
    REQUIRE_MESSAGE(frame.has_value(), row.name);
    CHECK_MESSAGE(frame->well_formed, row.name);
    CHECK_MESSAGE(frame->opcode == expected.opcode, row.name);
    const bool is_close = expected.opcode == wire::close;
    const bool same = is_close ? frame->payload.substr(0, 2) == expected.payload : frame->payload == expected.payload;
    CHECK_MESSAGE(same, row.name);
  }
  CHECK_MESSAGE(!client.frame().has_value(), row.name);
}

/// Steps a server whose threads do not run until `done`, or fails.
void step_until(EchoEndpoint& echo, const std::function<bool()>& done) {
  for (int i = 0; i < 10'000; ++i) {
    if (done()) return;
    for (std::size_t s = 0; s < echo.shards.size(); ++s) echo.shards[s].poll();
  }
  FAIL("it never happened");
}

const std::string handshake =
    "GET /socket/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

}  // namespace

TEST_CASE("a live echo endpoint answers every frame-level case, whole and chopped") {
  EchoEndpoint echo;
  echo.run();
  for (const auto& row : websocket_cases()) {
    run_case(row, echo.port(), 0);
    if (row.input.size() < 4096) run_case(row, echo.port(), 7);
  }
}

TEST_CASE("the handshake answers with the key's hash, and the subprotocol phoenix if offered") {
  EchoEndpoint echo;
  echo.run();
  RawClient plain(echo.port());
  const auto answer = plain.upgrade("/socket/websocket");
  CHECK(answer.starts_with("HTTP/1.1 101 "));
  CHECK(answer.find("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
  CHECK(answer.find("sec-websocket-protocol") == std::string::npos);
  CHECK(answer.find("sec-websocket-extensions") == std::string::npos);
  RawClient offering(echo.port());
  CHECK(offering.upgrade("/socket/websocket", "", "Sec-WebSocket-Protocol: a, phoenix\r\n")
            .find("\r\nsec-websocket-protocol: phoenix\r\n") != std::string::npos);
}

TEST_CASE("a frame in the same segment as the handshake is not lost") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  REQUIRE(status_of(client.upgrade("/socket/websocket", frame(fin | text, "early"))) == 101);
  CHECK(client.frame()->payload == "early");
}

TEST_CASE("what connect pushes comes right behind the handshake") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  REQUIRE(status_of(client.upgrade("/socket/websocket?greet")) == 101);
  CHECK(client.frame()->payload == "welcome");
}

TEST_CASE("connect may close the socket it accepts") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  REQUIRE(status_of(client.upgrade("/socket/websocket?close")) == 101);
  CHECK(client.frame()->close_code() == 1008);
  client.send(close_frame(1008));
  CHECK(client.rest().empty());
  CHECK(echo.handlers_alive == 0);
}

TEST_CASE("a frame handler that throws ends its connection with 1011") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  REQUIRE(status_of(client.upgrade("/socket/websocket", frame(fin | text, "throw") + frame(fin | text, "x"))) == 101);
  const auto last = client.frame();
  CHECK(last->close_code() == 1011);
  client.send(close_frame(1011));
  CHECK(client.rest().empty());
  CHECK(echo.handlers_alive == 0);
}

TEST_CASE("a close from above sends what is queued, then its code, and waits for the client's") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  REQUIRE(status_of(client.upgrade("/socket/websocket", frame(fin | text, "one") + frame(fin | text, "bye") +
                                                            frame(fin | text, "two"))) == 101);
  CHECK(client.frame()->payload == "one");
  const auto last = client.frame();
  CHECK(last->close_code() == 1001);
  CHECK(last->payload.substr(2) == "as asked");
  client.send(frame(fin | text, "three") + close_frame(1001));
  CHECK_FALSE(client.frame().has_value());
}

TEST_CASE("a client that reads nothing is closed as too slow, and a partly sent frame arrives whole") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port(), 4096);
  REQUIRE(status_of(client.upgrade("/socket/websocket", frame(fin | text, "flood"))) == 101);
  int pieces = 0;
  for (;;) {
    const auto next = client.frame();
    REQUIRE(next.has_value());
    REQUIRE(next->well_formed);
    if (next->opcode == wire::close) {
      CHECK(next->close_code() == 1008);
      CHECK(next->payload.substr(2) == "too slow");
      break;
    }
    CHECK(next->payload == std::string(4096, 'f'));
    ++pieces;
  }
  CHECK(pieces > 0);
  CHECK(pieces < 4096);
  client.send(close_frame(1008));
  CHECK(client.rest().empty());
}

TEST_CASE("a client that was not read for a while is read again") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  REQUIRE(status_of(client.upgrade("/socket/websocket")) == 101);
  for (int round = 0; round < 20; ++round) {
    client.send(frame(fin | text, "burst"));
    for (int i = 0; i < 100; ++i) REQUIRE(client.frame()->payload.size() == 4096);
  }
  client.send(frame(fin | text, "still there?"));
  CHECK(client.frame()->payload == "still there?");
}

TEST_CASE("a ping flood costs a bounded number of pongs, and the latest is answered") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += frame(fin | ping, std::to_string(i));
  REQUIRE(status_of(client.upgrade("/socket/websocket", flood + frame(fin | text, "end"))) == 101);
  std::string last_pong;
  for (auto next = client.frame(); next && next->opcode == pong; next = client.frame()) last_pong = next->payload;
  CHECK(last_pong == "4999");
}

TEST_CASE("thousands of short frames in one read are taken in several rounds, and none is lost") {
  using namespace std::chrono_literals;
  ManualClock clock(50us);  // for each look at it
  EchoEndpoint echo(1, clock);
  RawClient client(echo.port());
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += frame(fin | pong, "");
  client.send(handshake + flood + frame(fin | text, "end"));
  int rounds = 0;
  step_until(echo, [&] { return ++rounds, client.available().find("end") != std::string::npos; });
  CHECK(status_of(client.response()) == 101);
  CHECK(client.frame()->payload == "end");
  CHECK(rounds > 20);
}

TEST_CASE("frames that are no messages have a rate too, and a burst within it is of no harm") {
  using namespace std::chrono_literals;
  ManualClock clock;
  const Rate rate{.per_second = 10, .burst = 100, .debt = 0};
  const auto many = [](const std::string& piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  };
  const auto idle_pings = many(frame(fin | ping, ""), 99);
  const auto pongs = many(frame(fin | pong, "x"), 99);
  const auto fragments = frame(text, "") + many(frame(0, "x"), 97) + frame(fin, "");
  for (const auto& burst : {idle_pings, pongs, fragments}) {
    EchoEndpoint echo(1, clock, {}, {.frames = rate});
    RawClient client(echo.port());
    client.send(handshake);
    step_until(echo, [&] { return client.available().find("\r\n\r\n") != std::string::npos; });
    CHECK(status_of(client.response()) == 101);
    const auto next_of_interest = [&] {
      std::optional<ServerFrame> next;
      do {
        step_until(echo, [&] { return !client.available().empty(); });
        next = client.frame();
      } while (next && (next->opcode == pong || next->payload == std::string(97, 'x')));
      return next;
    };
    client.send(burst + frame(fin | text, "hello"));
    CHECK(next_of_interest()->payload == "hello");
    clock.advance(10s);
    client.send(burst + frame(fin | text, "again"));
    CHECK(next_of_interest()->payload == "again");
    client.send(burst);
    const auto last = next_of_interest();
    REQUIRE(last->opcode == wire::close);
    CHECK(last->close_code() == 1008);
    CHECK(last->payload.substr(2) == "too many frames");
    step_until(echo, [&] { return echo.handlers_alive == 0; });
  }
}

TEST_CASE("a client that takes nothing for the stall timeout is reset, so that it holds no memory of the kernel") {
  using namespace std::chrono_literals;
  ManualClock clock;
  EchoEndpoint echo(1, clock);
  RawClient client(echo.port(), 4096);
  client.send(handshake + frame(fin | text, "burst"));  // more than the kernel's buffers hold, less than the outbox
  step_until(echo, [&] { return echo.handlers_alive == 1; });
  for (int i = 0; i < 100; ++i) echo.shards[0].poll();
  clock.advance(11s);
  step_until(echo, [&] { return echo.handlers_alive == 0; });
  CHECK(client.was_reset());
}

TEST_CASE("a client that has closed its side may still read the rest of a long response") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port(), 4096);
  client.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  client.shutdown_write();
  const std::string response = client.rest();
  CHECK(response.size() > 1'000'000);
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("a client that resets in the middle of a frame leaves nothing behind") {
  EchoEndpoint echo;
  echo.run();
  for (int i = 0; i < 20; ++i) {
    RawClient client(echo.port());
    REQUIRE(status_of(client.upgrade("/socket/websocket")) == 101);
    client.send(frame(fin | text, std::string(1000, 'x')).substr(0, 500));
    client.reset();
  }
  echo.endpoint.close();
  CHECK(echo.handlers_alive == 0);
}

TEST_CASE("an idle client is closed with 1001 after the idle timeout, which any received byte restarts") {
  using namespace std::chrono_literals;
  ManualClock clock;
  EchoEndpoint echo(1, clock);
  RawClient client(echo.port());
  client.send(handshake);
  step_until(echo, [&] { return client.available().find("\r\n\r\n") != std::string::npos; });
  CHECK(status_of(client.response()) == 101);

  clock.advance(59s);
  client.send(frame(fin | text, "half").substr(0, 3));
  for (int i = 0; i < 50; ++i) echo.shards[0].poll();
  clock.advance(59s);
  for (int i = 0; i < 50; ++i) echo.shards[0].poll();
  CHECK(client.available().empty());
  clock.advance(1s);
  step_until(echo, [&] { return !client.available().empty(); });
  CHECK(client.frame()->close_code() == 1001);
  step_until(echo, [&] { return echo.handlers_alive == 0; });

  // Nor does it answer the close: after its deadline the connection ends all the same.
  clock.advance(5s);
  for (int i = 0; i < 50; ++i) echo.shards[0].poll();
  CHECK(client.rest().empty());
}

TEST_CASE("draining sends what is queued and closes every socket with 1012") {
  EchoEndpoint echo;
  echo.run();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(echo.port()));
    REQUIRE(status_of(clients.back()->upgrade("/socket/websocket")) == 101);
    clients.back()->send(frame(fin | text, "hello"));
    CHECK(clients.back()->frame()->payload == "hello");
  }
  RawClient idle_http(echo.port());
  idle_http.send("GET /hello/a HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(status_of(idle_http.response()) == 200);

  std::atomic<bool> drained{false};
  echo.endpoint.drain([&] {
    drained = true;
    drained.notify_one();
  });
  for (auto& client : clients) {
    const auto last = client->frame();
    REQUIRE(last.has_value());
    CHECK(last->close_code() == 1012);
    client->send(close_frame(1012));
    CHECK(client->rest().empty());
    client.reset();  // closes its side
  }
  CHECK(idle_http.rest().empty());
  drained.wait(false);
  CHECK(echo.handlers_alive == 0);
}

TEST_CASE("closing the endpoint ends every connection and handler, whatever it was doing") {
  EchoEndpoint echo;
  echo.run();
  RawClient talking(echo.port());
  REQUIRE(status_of(talking.upgrade("/socket/websocket")) == 101);
  RawClient asking(echo.port());
  asking.send("GET / HT");
  echo.endpoint.close();
  CHECK(echo.handlers_alive == 0);
  CHECK(talking.rest().empty());
}
