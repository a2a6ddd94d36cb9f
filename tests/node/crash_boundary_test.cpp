// SPDX-License-Identifier: MIT

// What is thrown by code of the application, std::exception or not, ends what it was doing and nothing else: the client
// gets an error, and the process goes on.

#include <entmoot/node/node.hpp>

#include "../web/client_frames.hpp"
#include "../web/raw_client.hpp"

#include <entmoot/core/worker.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/user_socket.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// Throws what its topic or event says, where it says.
class ThrowingChannel final : public Channel {
 public:
  JoinResult join(std::string_view topic, const Payload&) override {
    if (topic == "room:join") throw 5;
    return Ok{};
  }
  HandleResult handle_in(std::string_view event, const Payload&) override {
    if (event == "throw") throw 5;
    if (event == "later") after(0s, []() -> InfoResult { throw 5; });
    if (event == "answer") (void)answer([](const Result<JsonText>&) -> HandleResult { throw 5; });
    return Reply{};
  }
  void terminate(ChannelEnd) override { throw 5; }
};

class ThrowingSocket final : public UserSocket {
 public:
  ThrowingSocket() {
    channel("room:*", [] { return std::make_unique<ThrowingChannel>(); });
    channel("factory:*", []() -> std::unique_ptr<Channel> { throw 5; });
  }
  [[nodiscard]] Result<Client> connect(Client client) const override {
    if (client.params.contains("throw")) throw 5;
    return client;
  }
};

/// A frame handler of the application's own, which throws at each frame.
class ThrowingHandler final : public FrameHandler {
 public:
  void handle_oversize(Frame::Kind, std::string_view, std::size_t) override { throw 5; }
  void handle_in(Frame::Kind, std::string_view) override { throw 5; }
};

struct ThrowingNode {
  ThrowingNode() {
    EndpointSocket socket;
    socket.origin = {.check = OriginPolicy::Check::off};
    socket.longpoll = {.window = 1s};
    node.socket("/socket", user_socket, socket);
    EndpointSocket own = socket;
    own.connect = [](const ConnectInfo&, Transport&) -> Result<std::unique_ptr<FrameHandler>> {
      return std::unique_ptr<FrameHandler>(std::make_unique<ThrowingHandler>());
    };
    node.endpoint().socket("/frames", std::move(own));
    EndpointSocket asked = socket;
    asked.origin = {.check = OriginPolicy::Check::callback,
                    .callback = [](std::string_view, const HttpRequest&) -> bool { throw 5; }};
    node.socket("/origin", user_socket, std::move(asked));
    node.endpoint().get("/throw", [](const HttpRequest&, const Responder&) { throw 5; });
    node.endpoint().get("/throw-elsewhere", [this](const HttpRequest&, Responder responder) {
      const auto held = std::make_shared<Responder>(std::move(responder));
      CHECK(worker.submit([held] { throw 5; }));
    });
    node.endpoint().get("/throw-in-a-timer", [](const HttpRequest&, Responder responder) {
      Shard::here().after(0s, [held = std::make_shared<Responder>(std::move(responder))] { throw 5; });
    });
    node.endpoint().get(
        "/alive", [](const HttpRequest&, Responder responder) { responder.respond(HttpResponse::text(200, "alive")); });
    const auto started = node.start();
    REQUIRE(started.has_value());
  }
  ~ThrowingNode() {
    CHECK(get("/alive") == 200);
    node.stop();
  }

  [[nodiscard]] int get(const std::string& path) const {
    RawClient client(node.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return status_of(client.response());
  }

  ThrowingSocket user_socket;
  Node node{{.shards = 2, .endpoint = {.listener = {.port = 0}}}};
  Worker worker{"elsewhere"};
};

/// A client on "/socket", which sends `frames` and reads as many answers as it asks for.
struct Conversation {
  explicit Conversation(const ThrowingNode& server) : client(server.node.port()) {
    REQUIRE(status_of(client.upgrade("/socket/websocket?vsn=2.0.0")) == 101);
  }
  std::string says(const std::string& text) {
    REQUIRE(client.send(wire::frame(wire::fin | wire::text, text)));
    return hears();
  }
  std::string hears() {
    const auto frame = client.frame();
    return frame ? frame->payload : "(closed)";
  }
  RawClient client;
};

}  // namespace

TEST_CASE("an HTTP handler that throws is a 500, on its thread, on a worker's and in a timer") {
  const ThrowingNode server;
  CHECK(server.get("/throw") == 500);
  CHECK(server.get("/throw-elsewhere") == 500);
  CHECK(server.get("/throw-in-a-timer") == 500);
}

TEST_CASE("a connect that throws is a 500, over WebSocket and long-poll; an origin callback that throws is a 403") {
  const ThrowingNode server;
  RawClient client(server.node.port());
  CHECK(status_of(client.upgrade("/socket/websocket?vsn=2.0.0&throw=1")) == 500);
  CHECK(server.get("/socket/longpoll?vsn=2.0.0&throw=1") == 500);
  RawClient foreign(server.node.port());
  CHECK(status_of(foreign.upgrade("/origin/websocket?vsn=2.0.0", {}, "Origin: https://example.com\r\n")) == 403);
}

TEST_CASE("a frame handler that throws closes its connection with 1011, or its long-poll session") {
  const ThrowingNode server;
  RawClient client(server.node.port());
  REQUIRE(status_of(client.upgrade("/frames/websocket?vsn=2.0.0")) == 101);
  client.send(wire::frame(wire::fin | wire::text, "x"));
  const auto frame = client.frame();
  REQUIRE(frame.has_value());
  CHECK(frame->opcode == wire::close);
  CHECK(frame->close_code() == 1011);

  RawClient polls(server.node.port());
  polls.send("GET /frames/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string opened = polls.response();
  const auto at = opened.find("\"token\":\"") + 9;
  const std::string token = opened.substr(at, opened.find('"', at) - at);
  polls.send("POST /frames/longpoll?vsn=2.0.0&token=" + token +
             " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 2\r\n\r\n[]");
  CHECK(polls.response().find("\"status\":408") != std::string::npos);
  polls.send("GET /frames/longpoll?vsn=2.0.0&token=" + token + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(polls.response().find("\"status\":410") != std::string::npos);
}

TEST_CASE("a channel that throws ends alone: its client gets an error and stays connected") {
  const ThrowingNode server;
  Conversation ann(server);
  CHECK(ann.says(R"(["1","1","room:join","phx_join",{}])").find("join crashed") != std::string::npos);
  CHECK(ann.says(R"(["2","2","factory:x","phx_join",{}])").find("join crashed") != std::string::npos);
  for (const std::string event : {"throw", "later", "answer"}) {
    CAPTURE(event);
    CHECK(ann.says(R"(["3","3","room:a","phx_join",{}])").find(R"("status":"ok")") != std::string::npos);
    std::string heard = ann.says(R"(["3","4","room:a",")" + event + R"(",{}])");
    if (heard.find("phx_reply") != std::string::npos) heard = ann.hears();
    CHECK(heard.find("phx_error") != std::string::npos);
  }
  CHECK(ann.says(R"([null,"9","phoenix","heartbeat",{}])").find(R"("status":"ok")") != std::string::npos);
}

TEST_CASE("a posted task and a timer that throw leave the shard's loop running") {
  const ThrowingNode server;
  Shards& shards = const_cast<ThrowingNode&>(server).node.shards();
  shards[0].post([] { throw 5; });
  shards.run_on(0, [&] { shards[0].after(0s, [] { throw 5; }); });
  int answered = 0;
  shards.run_on(0, [&] { ++answered; });
  shards.run_on(0, [&] { ++answered; });
  CHECK(answered == 2);
}
