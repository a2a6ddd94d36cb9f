// SPDX-License-Identifier: MIT

#include "dashboard.hpp"

#include "operator_access.hpp"
#include "room_json.hpp"
#include "server.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/web/local_client.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <span>
#include <utility>

std::span<const entmoot::EmbeddedFile> entmoot_dashboard_files();  // cmake/embed.cmake

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::string_view topic_name = "dashboard";

std::string text_of(const boost::json::object& request, std::string_view name) {
  const Json* value = request.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_of(const boost::json::object& request, std::string_view name, std::int64_t otherwise) {
  const Json* value = request.if_contains(name);
  if (!value || !value->is_number()) return otherwise;
  const auto number = value->is_double() ? value->get_double() : value->to_number<double>();
  return number >= 0 && number < 9e15 ? static_cast<std::int64_t>(number) : otherwise;
}

/// The answer of a command as a reply, which has to be an object.
Channel::HandleResult as_reply(const Result<JsonText>& result) {
  if (!result) return Channel::Reply{"error", reason_object(result.error().reason)};
  return Channel::Reply{"ok", JsonText::trusted(fmt::format("{{\"result\":{}}}", result->view()))};
}

RoomQuery query_of(const boost::json::object& request) {
  const Json* descending = request.if_contains("descending");
  return {.text = text_of(request, "text"),
          .column = room_column(text_of(request, "column")).value_or(RoomColumn::topic),
          .descending = descending && descending->is_bool() && descending->get_bool(),
          .first = static_cast<std::size_t>(number_of(request, "first", 0)),
          .count = static_cast<std::size_t>(number_of(request, "count", 50))};
}

JsonText json_of(const RoomPage& page) {
  boost::json::array rows;
  for (const RoomInfo& room : page.rows) rows.push_back(row_of(room));
  return JsonText::of(
      {{"rows", std::move(rows)}, {"matching", page.matching}, {"total", page.total}, {"reach", RoomQuery::reach_max}});
}

HttpResponse page() {
  for (const EmbeddedFile& file : entmoot_dashboard_files()) {
    if (file.name != "dashboard.html") continue;
    HttpResponse response{.body = SharedBytes(file.bytes)};
    return std::move(response)
        .with("content-type", "text/html; charset=utf-8")
        .with("cache-control", "no-cache")
        .with("content-security-policy",
              "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
  }
  return HttpResponse::error(404, "not found");
}

}  // namespace

// --- the socket

DashboardSocket::DashboardSocket(Server& server, std::string token) : server_(server), token_(std::move(token)) {
  channel(topic_name, [&server] { return std::make_unique<DashboardChannel>(server); });
}

Result<Client> DashboardSocket::connect(Client client) const {
  auto name = operator_of(client, token_, server_.port());
  if (!name) return fail(ErrorCode::unauthorized, {}, name.error().reason);
  client.params.erase("token");
  client.assigns["operator"] = *name;
  return client;
}

// --- the channel

Channel::JoinResult DashboardChannel::join(std::string_view, const Payload&) {
  return Ok{JsonText::of({{"version", ENTMOOT_VERSION},
                          {"app", server_.folder().filename().string()},
                          {"shards", server_.node().shards().size()},
                          {"operator", client().assigns.at("operator")}})};
}

void DashboardChannel::note(std::string_view what) const {
  log::info("operator {}: {}", std::string_view(client().assigns.at("operator").as_string()), what);
}

Channel::HandleResult DashboardChannel::handle_in(std::string_view event, const Payload& payload) {
  const auto parsed = payload.is_binary() ? Result<Json>(fail(ErrorCode::invalid, "")) : payload.json().parse();
  if (!parsed || !parsed->is_object()) return Reply{"error", reason_object("the payload must be an object")};
  const auto& request = parsed->as_object();
  const std::string topic = text_of(request, "topic");
  Rooms& rooms = server_.node().rooms().rooms();
  auto reply = answer(as_reply);
  if (event == "history") {
    server_.dashboard()->history(number_of(request, "since", 0), std::move(reply));
  } else if (event == "rooms") {
    rooms.search(query_of(request),
                 [reply = std::move(reply)](const RoomPage& page) mutable { std::move(reply)(json_of(page)); });
  } else if (event == "room") {
    rooms.inspect(topic, std::move(reply), [](RoomShard& here, const Room& room) { return details_of(here, room); });
  } else if (event == "eval") {
    const std::string expression = text_of(request, "expression");
    note(fmt::format("evaluates {} in room {}", log::quoted(expression), log::quoted(topic)));
    rooms.call(topic, entry::eval(expression), std::move(reply));
  } else if (event == "send") {
    const Json* message = request.if_contains("message");
    note(fmt::format("sends a message to room {}", log::quoted(topic)));
    rooms.call(topic, entry::info(message ? to_json(*message) : "null"), std::move(reply));
  } else if (event == "kill") {
    note(fmt::format("kills room {}", log::quoted(topic)));
    rooms.kill(topic, std::move(reply));
  } else if (event == "sleep") {
    note(fmt::format("puts room {} to sleep", log::quoted(topic)));
    rooms.sleep(topic, std::move(reply));
  } else if (event == "reload") {
    note("reloads the app");
    server_.reload(std::move(reply));
  } else {
    return Reply{"error", reason_object(fmt::format("unknown event \"{}\"", event))};
  }
  return NoReply{};
}

// --- the dashboard

Dashboard::Dashboard(Server& server, std::string token)
    : server_(server), is_local_only_(token.empty()), socket_(server, std::move(token)) {}

void Dashboard::mount(Node& node) {
  node_ = &node;
  EndpointSocket mount;
  mount.websocket.limits.message_bytes_max = 64 * KiB;
  node.socket("/entmoot/socket", socket_, std::move(mount));
  for (const std::string_view path : {"/entmoot", "/entmoot/"}) {
    node.endpoint().get(path, [this](const HttpRequest& request, Responder responder) {
      if (!is_local_only_ || is_local_client(request)) return responder.respond(page());
      responder.respond(HttpResponse::text(
          403, "The dashboard is open to this machine only. To open it from elsewhere, set `dashboard.token`."));
    });
  }
  node.shards()[0].post([this] { sample(); });
}

void Dashboard::sample() {
  Shard& first = node_->shards()[0];
  first.after(MetricsHistory::interval, [this] { sample(); });
  node_->measure([this, &first](const NodeMetrics& metrics) {
    history_.add(first.clock().now(), first.clock().wall().now(), metrics, server_.loads());
  });
}

void Dashboard::history(std::int64_t since, ReplyTo reply) {
  node_->shards()[0].post(
      [this, since, reply = std::move(reply)]() mutable { std::move(reply)(JsonText::of(history_.since(since))); });
}

}  // namespace entmoot_app
