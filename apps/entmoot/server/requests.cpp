// SPDX-License-Identifier: MIT

#include "requests.hpp"

#include "../rooms/app.hpp"
#include "../rooms/client_address.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/web/byte_string.hpp>
#include <entmoot/web/local_visitor.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/path_pattern.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// A room that a path names, and what of the path is left.
struct Addressed {
  std::string topic;
  std::string rest;
};

/// `pattern` is "/api/rooms/:id"; a path matches if it begins so.
std::optional<Addressed> addressed(const Route& route, std::string_view path) {
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
  if (room.topic.size() > Route::topic_bytes_max) return std::nullopt;
  return room;
}

/// What js/room.js has written of a Response. The object may be one of the script's own making, so nothing is believed.
struct ResponseParts {
  int status = 0;
  std::vector<HttpHeader> headers = {};
  std::string body = {};
};

Result<ResponseParts> parts_of(const JsonText& answer) {
  const auto json = answer.parse();
  if (!json) return json.error();
  const auto* object = json->if_object();
  const Json* status = object ? object->if_contains("status") : nullptr;
  const Json* headers = object ? object->if_contains("headers") : nullptr;
  const Json* body = object ? object->if_contains("body") : nullptr;
  const auto number = status && status->is_int64() ? status->get_int64() : 0;
  if (number < 200 || number > 599) return fail(ErrorCode::script, "the room answered with a status that is none");
  if (!headers || !headers->is_array() || !body || !body->is_string()) return fail(ErrorCode::script, "the room's answer is no Response");
  auto bytes = base64_decode(std::string_view(body->get_string()));
  if (!bytes) return fail(ErrorCode::script, "the room's answer is no Response");
  ResponseParts parts{.status = static_cast<int>(number), .body = *std::move(bytes)};
  for (const Json& field : headers->get_array()) {
    const auto* pair = field.if_array();
    if (!pair || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string()) {
      return fail(ErrorCode::script, "the room's answer has a header that is none");
    }
    auto value = bytes_of_characters(pair->at(1).get_string());
    if (!value) return fail(ErrorCode::script, "the room's answer has a header that is none");
    parts.headers.push_back({std::string(pair->at(0).get_string()), *std::move(value)});
  }
  return parts;
}

/// The room's Response as ours. What belongs to the connection is not the script's to say.
HttpResponse response_from(const Result<JsonText>& answer) {
  // Where a script has thrown there is a place that it was thrown at; anything else is that the room cannot answer.
  if (!answer) return HttpResponse::error(answer.error().detail.empty() ? 503 : 500, answer.error().reason);
  const auto parsed = parts_of(*answer);
  if (!parsed) return HttpResponse::error(500, parsed.error().reason);
  HttpResponse response{.status = parsed->status, .body = SharedBytes(parsed->body)};
  static constexpr std::array<std::string_view, 6> ours = {"connection", "content-length", "transfer-encoding",
                                                           "keep-alive", "upgrade",        "date"};
  for (const auto& [name, value] : parsed->headers) {
    const auto is_ours = [&name = name](std::string_view own) { return same_name(own, name); };
    if (std::ranges::none_of(ours, is_ours)) {
      response.with(name, value);
    }
  }
  return response;
}

/// What the token says that was brought along (`Authorization: Bearer …`); null if there is none, or a bad one: whom it
/// lets do what is for the room to say.
Json identity_of(const HttpRequest& request, const Tokens& tokens) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string* header = request.header("authorization");
  if (!tokens.given() || !header || header->size() < scheme.size()) return nullptr;
  if (!same_name(header->substr(0, scheme.size()), scheme)) return nullptr;
  auto identity = tokens.verify(std::string_view(*header).substr(scheme.size()));
  return identity ? std::move(identity->token) : Json(nullptr);
}

JsonText args_of(const HttpRequest& request, std::string_view rest, const Config& config) {
  const bool behind_proxy = config.proxy;
  boost::json::array headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, characters_of_bytes(value)});
  const std::string* forwarded = behind_proxy ? request.header("x-forwarded-proto") : nullptr;
  const std::string scheme = forwarded && *forwarded == "https" ? "https" : "http";
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  return JsonText::of(boost::json::array{{{"method", request.method},
                                          {"url", scheme + "://" + request.host + request.path + query},
                                          {"headers", std::move(headers)},
                                          {"body", base64_encode(request.body)},
                                          {"path", rest},
                                          {"local", is_local_visitor(request)},
                                          {"token", identity_of(request, config.tokens)}}});
}

}  // namespace

void Requests::handle(const HttpRequest& request, Responder responder) const {
  const App& app = rooms_.app_here();
  if (auto file = own_.find(request)) return responder.respond(*std::move(file));
  if (auto file = app.files.find(request)) return responder.respond(*std::move(file));
  // The Web's Request knows neither.
  if (request.method == "TRACE" || request.method == "CONNECT") {
    return responder.respond(HttpResponse::error(501, "this method is not served"));
  }
  for (const auto& route : app.routes) {
    if (route->path.empty()) continue;
    auto room = addressed(*route, request.path);
    if (!room) continue;
    const bool changes = request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
    // A page of another site may make a browser send a POST here, but it cannot hide where it comes from.
    if (changes && !origin_allowed(app.config.origins, request)) {
      return responder.respond(HttpResponse::error(403, "a page of another site"));
    }
    try {
      auto args = args_of(request, room->rest, app.config);
      const std::string* forwarded = app.config.proxy ? request.header("x-forwarded-for") : nullptr;
      std::string address = forwarded ? nearest_forwarded(*forwarded, request.peer) : request.peer;
      return rooms_.request(room->topic, std::move(address), std::move(args),
                            ReplyTo([responder = std::move(responder)](const Result<JsonText>& answer) mutable {
                              responder.respond(response_from(answer));
                            }));
    } catch (const std::invalid_argument&) {
      return responder.respond(HttpResponse::error(400, "what is asked for is not UTF-8"));
    }
  }
  responder.respond(HttpResponse::error(404, "not found"));
}

}  // namespace entmoot_app
