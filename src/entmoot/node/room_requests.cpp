// SPDX-License-Identifier: MIT

#include <entmoot/node/room_requests.hpp>

#include <entmoot/base/utf8.hpp>
#include <entmoot/rooms/client_address.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/web/byte_string.hpp>
#include <entmoot/web/local_client.hpp>
#include <entmoot/web/path_pattern.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace entmoot {

namespace {

/// The room named by a path, and the rest of the path.
struct Addressed {
  std::string topic;
  std::string rest;
};

/// A path matches if it begins with the route's path, such as "/api/rooms/:id".
std::optional<Addressed> addressed(const RoomRoute& route, std::string_view path) {
  const auto wanted = path_segments(route.path);
  const auto given = path_segments(path);
  if (given.size() < wanted.size()) return std::nullopt;
  std::string id;
  std::size_t length = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    length += given[i].size() + 1;
    if (!wanted[i].starts_with(':')) {
      if (wanted[i] != given[i]) return std::nullopt;
    } else if (given[i].empty() || !percent_decode(given[i], id)) {
      return std::nullopt;
    }
  }
  Addressed room{route.topic_of(id), std::string(path.substr(length))};
  if (room.topic.size() > RoomRoute::topic_bytes_max) return std::nullopt;
  return room;
}

constexpr std::size_t response_headers_max = 100;
constexpr std::size_t response_header_bytes_max = 32 * KiB;

/// The parts of a Response as written by room.js. The script may have made the object itself, so nothing is trusted.
struct ResponseParts {
  int status = 0;
  std::vector<HttpHeader> headers = {};
  SharedBytes body = {};
};

Result<ResponseParts> parts_of(const Answer& answer) {
  const auto json = answer.json.parse();
  if (!json) return json.error();
  const auto* object = json->if_object();
  const Json* status = object ? object->if_contains("status") : nullptr;
  const Json* headers = object ? object->if_contains("headers") : nullptr;
  if (!headers || !headers->is_array() || !answer.bytes) {
    return fail(ErrorCode::script, "the room did not return a Response");
  }
  const auto number = status && status->is_int64() ? status->get_int64() : 0;
  if (number < 200 || number > 599) return fail(ErrorCode::script, "the room's Response has an invalid HTTP status");
  ResponseParts parts{.status = static_cast<int>(number), .body = *answer.bytes};
  std::size_t bytes = 0;
  for (const Json& field : headers->get_array()) {
    const auto* pair = field.if_array();
    const bool are_texts = pair && pair->size() == 2 && pair->at(0).is_string() && pair->at(1).is_string();
    auto value = are_texts ? bytes_of_characters(pair->at(1).get_string())
                           : Result<std::string>(fail(ErrorCode::invalid, "not a pair of strings"));
    if (!value) return fail(ErrorCode::script, "the room's Response has an invalid header");
    parts.headers.push_back({std::string(pair->at(0).get_string()), *std::move(value)});
    bytes += parts.headers.back().name.size() + parts.headers.back().value.size();
    if (parts.headers.size() > response_headers_max || bytes > response_header_bytes_max) {
      return fail(ErrorCode::script, fmt::format("the headers of the room's Response exceed {} fields or {} KiB",
                                                 response_headers_max, response_header_bytes_max / KiB));
    }
  }
  return parts;
}

/// The response to a request that the room has refused (`throw new Refusal(…)`): its `status`, if it is one of an
/// error.
HttpResponse refusal(const JsonText& response) {
  constexpr int forbidden = 403;
  const auto json = response.parse();
  const auto* object = json ? json->if_object() : nullptr;
  const Json* status = object ? object->if_contains("status") : nullptr;
  const auto number = status && status->is_int64() ? status->get_int64() : forbidden;
  const bool is_error = number >= 400 && number <= 599;
  return HttpResponse::json(is_error ? static_cast<int>(number) : forbidden, response);
}

/// The room's Response as an HTTP response. Headers of the connection are the server's.
HttpResponse response_from(const Result<Answer>& answer, ErrorsShown shown) {
  // An exception of the script is an error of the application; any other error means that the room cannot answer now.
  if (!answer) {
    auto response = shown_to_clients(answer.error(), shown);
    boost::json::object body{{"error", response.at("reason")}};
    if (const Json* id = response.if_contains("id")) body["id"] = *id;
    return HttpResponse::json(answer.error().code == ErrorCode::script ? 500 : 503, JsonText::of(std::move(body)));
  }
  if (answer->refused) return refusal(answer->json);
  const auto parts = parts_of(*answer);
  if (!parts) return HttpResponse::error(500, parts.error().reason);
  HttpResponse response{.status = parts->status, .body = parts->body};
  static constexpr std::string_view reserved[] = {
      "connection", "content-length",   "transfer-encoding",  "keep-alive",         "upgrade", "date", "te",
      "trailer",    "proxy-connection", "proxy-authenticate", "proxy-authorization"};
  for (const auto& [name, value] : parts->headers) {
    const auto is_reserved = [&name = name](std::string_view own) { return same_name(own, name); };
    if (std::ranges::none_of(reserved, is_reserved)) response.with(name, value);
  }
  return response;
}

std::string address_of(const HttpRequest& request, bool behind_proxy) {
  const std::string* forwarded = behind_proxy ? request.header("x-forwarded-for") : nullptr;
  return forwarded ? nearest_forwarded(*forwarded, request.peer) : request.peer;
}

}  // namespace

RoomRequests::RoomRequests(Rooms& rooms, std::size_t shards, Options options,
                           const std::shared_ptr<const HostedApp>& app)
    : rooms_(rooms),
      options_(std::move(options)),
      app_(shards, [&](unsigned) { return std::make_unique<std::shared_ptr<const HostedApp>>(app); }) {}

/// The identity in the request's bearer token; null if there is none or it is invalid. The room decides what the client
/// may do.
Json RoomRequests::identity_of(const HttpRequest& request) const {
  constexpr std::string_view scheme = "Bearer ";
  const std::string* header = request.header("authorization");
  if (!options_.tokens.given() || !header || header->size() < scheme.size()) return nullptr;
  if (!same_name(header->substr(0, scheme.size()), scheme)) return nullptr;
  auto identity = options_.tokens.verify(std::string_view(*header).substr(scheme.size()));
  return identity ? std::move(identity->token) : Json(nullptr);
}

JsonText RoomRequests::head_of(const HttpRequest& request, std::string_view rest) const {
  boost::json::array headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, characters_of_bytes(value)});
  const std::string* forwarded = rooms_.options().behind_proxy ? request.header("x-forwarded-proto") : nullptr;
  const std::string scheme = forwarded && *forwarded == "https" ? "https" : "http";
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  return JsonText::of({{"method", request.method},
                       {"url", scheme + "://" + request.host + request.path + query},
                       {"headers", std::move(headers)},
                       {"path", rest},
                       {"local", is_local_client(request)},
                       {"token", identity_of(request)}});
}

void RoomRequests::handle(const HttpRequest& request, Responder responder) const {
  const HostedApp& app = *app_.local();
  if (auto file = options_.own_files.find(request)) return responder.respond(*std::move(file));
  if (auto file = app.files.find(request)) return responder.respond(*std::move(file));
  // The Web's Request does not allow these methods.
  if (request.method == "TRACE" || request.method == "CONNECT") {
    return responder.respond(HttpResponse::error(501, "method not supported"));
  }
  for (const auto& route : app.routes->routes) {
    if (route->path.empty()) continue;
    auto room = addressed(*route, request.path);
    if (!room) continue;
    const bool changes = request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
    // A page of another origin can make a browser send a POST, but it cannot hide its origin.
    auto reader = options_.cors.allowed_origin(request);
    if (reader) {
      if (auto preflight = cors_preflight(request, *reader)) return responder.respond(*std::move(preflight));
    } else if (changes && !origin_allowed(options_.origins, request)) {
      warn_of_refused_origin(options_.origins, request);
      return responder.respond(HttpResponse::error(403, "origin not allowed"));
    }
    if (!is_utf8(request.host) || !is_utf8(request.path) || !is_utf8(request.query)) {
      return responder.respond(HttpResponse::error(400, "the URL is not UTF-8"));
    }
    const auto shown = rooms_.options().expose_errors ? ErrorsShown::yes : ErrorsShown::no;
    auto message = entry::request(head_of(request, room->rest), SharedBytes(request.body));
    return rooms_.request(room->topic, address_of(request, rooms_.options().behind_proxy), std::move(message),
                          ReplyTo([responder = std::move(responder), reader = std::move(reader),
                                   shown](const Result<Answer>& answer) mutable {
                            HttpResponse response = response_from(answer, shown);
                            if (reader) allow_origin(response, *reader);
                            responder.respond(std::move(response));
                          }));
  }
  if (auto page = app.files.not_found(request)) return responder.respond(*std::move(page));
  responder.respond(HttpResponse::error(404, "not found"));
}

}  // namespace entmoot
