// SPDX-License-Identifier: MIT

#include "echo_endpoint.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

namespace entmoot {

namespace {

constexpr EmbeddedFile files[] = {{"index.html", "<!doctype html>hello"}, {"app/main.js", "export {};"}};

EndpointOptions on_any_port(EndpointOptions options) {
  options.listener.port = 0;
  return options;
}

}  // namespace

void EchoHandler::handle_in(Frame::Kind kind, std::string_view frame) {
  if (frame == "throw") throw std::runtime_error("asked to");
  if (frame == "bye") return transport_.close(CloseCode::going_away, "as asked");
  if (frame == "flood" || frame == "burst") {
    const Frame piece{Frame::Kind::binary, SharedBytes(std::string(4096, 'f'))};
    for (int i = 0; i < (frame == "flood" ? 4096 : 100); ++i) transport_.push(piece);
    return;
  }
  transport_.push({kind, SharedBytes(frame)});
}

EchoEndpoint::EchoEndpoint(unsigned shard_count, const Clock& clock, EndpointOptions options,
                           WebSocketOptions websocket)
    : shards(shard_count, clock), endpoint(shards, on_any_port(std::move(options))) {
  endpoint.socket("/socket", {.connect = [this](const ConnectInfo& info,
                                                Transport& transport) -> Result<std::unique_ptr<FrameHandler>> {
                                if (info.query == "refuse") return fail(ErrorCode::unauthorized, "refused");
                                if (info.query == "throw") throw std::runtime_error("asked to");
                                if (info.query == "greet") transport.push({Frame::Kind::text, SharedBytes("welcome")});
                                if (info.query == "close") transport.close(CloseCode::policy_violation, "no");
                                return std::make_unique<EchoHandler>(transport, handlers_alive);
                              },
                              .websocket = websocket});
  endpoint.get("/hello/:name", [](HttpRequest request, Responder responder) {
    responder.respond(HttpResponse::text(200, "hello " + std::string(request.param("name"))));
  });
  endpoint.post("/echo", [](HttpRequest request, Responder responder) {
    responder.respond(HttpResponse::text(201, request.body));
  });
  endpoint.get("/elsewhere", [this](HttpRequest, Responder responder) {
    const bool accepted = elsewhere.submit([responder = std::move(responder)]() mutable {
      responder.respond(HttpResponse::text(200, "from another thread"));
    });
    if (!accepted) throw std::runtime_error("overloaded");
  });
  endpoint.get("/large", [](HttpRequest, Responder responder) {
    responder.respond(HttpResponse::text(200, std::string(1'000'000, 'x')));
  });
  endpoint.get("/forgotten", [](HttpRequest, Responder) {});
  endpoint.get("/throws", [](HttpRequest, Responder) { throw std::runtime_error("asked to"); });
  endpoint.get("/injection", [](HttpRequest, Responder responder) {
    responder.respond(HttpResponse::text(200, "x").with("x-bad", "a\r\nset-cookie: b"));
  });
  endpoint.static_files(files);
  const auto started = endpoint.start();
  REQUIRE(started.has_value());
}

}  // namespace entmoot
