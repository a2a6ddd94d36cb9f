// SPDX-License-Identifier: MIT

#include "endpoint.hpp"

#include "message.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/web/local_client.hpp>
#include <entmoot/web/origin_policy.hpp>

#include <span>
#include <utility>

std::span<const entmoot::EmbeddedFile> chat_room_page();  // cmake/embed.cmake

namespace chat_room {

using namespace entmoot;

namespace {

// A page of another origin can make a browser send a POST here, but the browser states the page's origin.
bool from_elsewhere(const HttpRequest& request) { return !origin_allowed({}, request); }

// Sends a room's answer as the response.
ReplyTo respond(Responder responder, int status) {
  return ReplyTo([responder = std::move(responder), status](Result<JsonText> result) mutable {
    responder.respond(result ? HttpResponse::json(status, *result) : HttpResponse::error(503, result.error().reason));
  });
}

// The same for getState, with mayKill added.
ReplyTo respond_with_state(Responder responder, bool may_kill) {
  return ReplyTo([responder = std::move(responder), may_kill](const Result<JsonText>& state) mutable {
    if (!state) return responder.respond(HttpResponse::error(503, state.error().reason));
    auto told = state->parse();
    if (!told || !told->is_object()) return responder.respond(HttpResponse::json(200, *state));
    told->as_object()["mayKill"] = may_kill;
    responder.respond(HttpResponse::json(200, JsonText::of(*told)));
  });
}

}  // namespace

SocketMount& mount(Node& node, Rooms& rooms, const UserSocket& user_socket, const WebSocketOptions& websocket) {
  EndpointSocket socket;
  socket.websocket = websocket;
  socket.longpoll = LongpollOptions{};
  SocketMount& sockets = node.socket("/socket", user_socket, std::move(socket));

  Endpoint& endpoint = node.endpoint();
  endpoint.static_files(chat_room_page());

  endpoint.get("/api/rooms/:id", [&rooms](const HttpRequest& request, Responder responder) {
    const auto id = room_of(request.param("id"));
    if (!id) return responder.respond(HttpResponse::error(400, id.error().reason));
    rooms.get_state(*id, respond_with_state(std::move(responder), is_local_client(request)));
  });
  endpoint.post("/api/rooms/:id/messages", [&rooms](const HttpRequest& request, Responder responder) {
    if (from_elsewhere(request)) return responder.respond(HttpResponse::error(403, "origin not allowed"));
    const auto id = room_of(request.param("id"));
    if (!id) return responder.respond(HttpResponse::error(400, id.error().reason));
    const auto message = Message::parse(request.body);
    if (!message) return responder.respond(HttpResponse::error(400, message.error().reason));
    rooms.send_message(*id, message->sender, message->text, respond(std::move(responder), 201));
  });
  endpoint.delete_("/api/rooms/:id", [&rooms](const HttpRequest& request, Responder responder) {
    const auto id = room_of(request.param("id"));
    if (!id) return responder.respond(HttpResponse::error(400, id.error().reason));
    if (!is_local_client(request) || from_elsewhere(request))
      return responder.respond(HttpResponse::error(403, "rooms can only be killed from this machine"));
    rooms.kill(*id, ReplyTo([responder = std::move(responder)](const Result<JsonText>&) mutable {
      responder.respond(HttpResponse::empty(204));
    }));
  });
  return sockets;
}

}  // namespace chat_room
