// SPDX-License-Identifier: MIT

#include "stage.hpp"

#include "../server/server.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/responder.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// Shorter than the timeout of a test, so that the failure names the reply that is missing.
constexpr Duration reply_timeout = 4s;
// The stage answers every call itself, so this timeout is never reached.
constexpr Duration handler_timeout = std::chrono::hours(1);

std::string text_of(const Json& value) { return std::string(value.as_string()); }

/// A payload as the module sends it: JSON, or base64 if `is_binary`.
Result<Payload> payload_of(const Json& value, const Json& is_binary) {
  if (!is_binary.as_bool()) return Payload(JsonText::of(value));
  auto bytes = base64_decode(std::string_view(value.as_string()));
  if (!bytes) return bytes.error();
  return Payload(Binary(*bytes));
}

std::string in_query(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return out;
}

/// The connection's parameters as phoenix.js sends them.
ConnectInfo connect_info(const boost::json::object& options) {
  ConnectInfo info{.query = "vsn=2.0.0", .peer = "127.0.0.1", .peer_is_loopback = true, .host = "localhost"};
  if (const auto* params = options.if_contains("params")) {
    for (const auto& [name, value] : params->as_object()) {
      const std::string text = value.is_string() ? text_of(value) : to_json(value);
      info.query += "&" + in_query(name) + "=" + in_query(text);
    }
  }
  if (const auto* token = options.if_contains("token")) info.auth_token = text_of(*token);
  return info;
}

JsonText json_of(const HttpResponse& response) {
  boost::json::array headers;
  for (const auto& [name, value] : response.headers) headers.push_back({name, value});
  return JsonText::of(
      {{"status", response.status}, {"headers", std::move(headers)}, {"body", base64_encode(response.body.view())}});
}

}  // namespace

void Stage::clear() {
  jobs_.clear();
  at_rest_.clear();
  clients_.clear();
  advances_.clear();
  fetch_.clear();
  node_.reset();
  clock_.reset();
  NodeOptions options = node_options(*app_);
  ENTMOOT_CHECK(options.rooms.has_value(), "a node of an app has rooms");
  options.rooms->rooms.console = console_;
  options.rooms->rooms.expose_errors = app_->config.expose_errors.value_or(true);
  options.rooms->rooms.all_in_memory = true;
  options.rooms->rooms.add_handlers = [this](Shard&, const std::shared_ptr<MemoryAccount>&, Handlers& handlers) {
    fetch_.add_to(handlers);
  };
  node_ = std::make_unique<Node>(NodeOptions{.shards = 1,
                                             .clock = clock_,
                                             .endpoint = std::move(options.endpoint),
                                             .js = options.js,
                                             .rooms = std::move(options.rooms)});
}

Handlers Stage::handlers() {
  static constexpr std::array<std::pair<std::string_view, Do>, 16> all = {{{"join", &Stage::join},
                                                                           {"push", &Stage::push},
                                                                           {"next", &Stage::next},
                                                                           {"nothing", &Stage::nothing},
                                                                           {"leave", &Stage::leave},
                                                                           {"disconnect", &Stage::disconnect},
                                                                           {"send", &Stage::send},
                                                                           {"kill", &Stage::kill},
                                                                           {"reload", &Stage::reload},
                                                                           {"sign", &Stage::sign},
                                                                           {"request", &Stage::request},
                                                                           {"rest", &Stage::rest},
                                                                           {"advance", &Stage::advance},
                                                                           {"fetched", &Stage::fetched},
                                                                           {"answer", &Stage::answer},
                                                                           {"fail", &Stage::fail_fetch}}};
  Handlers handlers;
  for (const auto& [name, what] : all) {
    handlers.on_later(
        fmt::format("entmoot:test.{}", name),
        [this, what = what](JsonText args, ReplyTo reply) {
          jobs_.push_back({what, std::move(args), std::move(reply)});
        },
        handler_timeout);
  }
  return handlers;
}

bool Stage::poll() {
  bool did = !jobs_.empty();
  for (auto& job : std::exchange(jobs_, {})) {
    const auto done = guarded(
        [&] { (this->*job.what)(job.args.parse(json_wrapped_depth_max).value().as_array(), std::move(job.reply)); });
    if (!done) std::move(job.reply)(done.error());  // no effect if it was answered before the exception
  }
  if (!node_) return did;
  if (node_->step()) did = true;
  const TimePoint now = std::chrono::steady_clock::now();  // a test waits in real time
  for (const auto& client : clients_) client->check_deadlines(now);
  if (did) return true;
  if (!advances_.empty()) return advance_further(), true;
  for (auto& then : std::exchange(at_rest_, {})) then();
  return false;
}

TestClient& Stage::client(const Json& number) { return *clients_.at(number.to_number<std::size_t>()); }

// --- a client

void Stage::join(const Args& args, ReplyTo reply) {
  auto client = std::make_unique<TestClient>(*node_, text_of(args.at(0)));
  if (auto connected = client->connect(connect_info(args.at(3).as_object())); !connected)
    return std::move(reply)(connected.error());
  const auto payload = payload_of(args.at(1), args.at(2));
  if (!payload) return std::move(reply)(payload.error());
  const std::size_t number = clients_.size();
  clients_.push_back(std::move(client));
  clients_.back()->push(
      "phx_join", *payload, reply_timeout,
      ReplyTo([number, reply = std::move(reply)](const Result<JsonText>& answer) mutable {
        if (!answer) return std::move(reply)(answer.error());
        std::move(reply)(JsonText::trusted(fmt::format(R"({{"client":{},"answer":{}}})", number, answer->view())));
      }));
}

void Stage::push(const Args& args, ReplyTo reply) {
  const auto payload = payload_of(args.at(2), args.at(3));
  if (!payload) return std::move(reply)(payload.error());
  client(args.at(0)).push(text_of(args.at(1)), *payload, reply_timeout, std::move(reply));
}

void Stage::next(const Args& args, ReplyTo reply) {
  const std::chrono::duration<double, std::milli> timeout(args.at(2).to_number<double>());
  client(args.at(0)).next(text_of(args.at(1)), std::chrono::duration_cast<Duration>(timeout), std::move(reply));
}

void Stage::nothing(const Args& args, ReplyTo reply) {
  at_rest_.emplace_back([&client = client(args.at(0)), event = args.at(1), reply = std::move(reply)]() mutable {
    const std::string unread = event.is_null() ? client.unread() : client.unread(event.as_string());
    if (!unread.empty()) return std::move(reply)(fail(ErrorCode::invalid, "expected no message; received: " + unread));
    std::move(reply)(JsonText());
  });
}

void Stage::leave(const Args& args, ReplyTo reply) {
  client(args.at(0)).push("phx_leave", JsonText::trusted(std::string_view("{}")), reply_timeout, std::move(reply));
}

void Stage::disconnect(const Args& args, ReplyTo reply) {
  client(args.at(0)).disconnect();
  std::move(reply)(JsonText());
}

/// Signs as the app's login does.
void Stage::sign(const Args& args, ReplyTo reply) {
  const auto& key = app_->config.tokens.key;
  if (!key) return std::move(reply)(fail(ErrorCode::invalid, "`sign` needs `tokens.secret` in entmoot.config.ts"));
  std::move(reply)(JsonText::of(Json(key->sign(args.at(0)))));
}

// --- rooms

void Stage::send(const Args& args, ReplyTo reply) {
  rooms().call(text_of(args.at(0)), entry::info(to_json(args.at(1))), std::move(reply));
}

void Stage::kill(const Args& args, ReplyTo reply) { rooms().kill(text_of(args.at(0)), std::move(reply)); }

/// Reloads all rooms with the same code.
void Stage::reload(const Args&, ReplyTo reply) {
  // A room reloads when its route is another object, so each route is copied.
  RoomRoutes routes = app_->routes();
  for (auto& route : routes.routes) route = std::make_shared<const RoomRoute>(*route);
  node_->rooms().use(std::make_shared<const HostedApp>(
      HostedApp{std::make_shared<const RoomRoutes>(std::move(routes)), app_->hosted->files}));
  when_reloaded(std::move(reply));
}

/// Serializing may be asynchronous, so this polls until no room is reloading.
void Stage::when_reloaded(ReplyTo reply) {
  at_rest_.emplace_back([this, reply = std::move(reply)]() mutable {
    rooms().list([this, reply = std::move(reply)](const std::vector<RoomInfo>& rows) mutable {
      for (const RoomInfo& room : rows) {
        if (room.state == "reloading") return when_reloaded(std::move(reply));
        if (room.last_reload_failed) {
          return std::move(reply)(fail(
              ErrorCode::failed,
              fmt::format("room \"{}\": {}; it keeps running the previous version", room.topic, room.last_trouble)));
        }
      }
      std::move(reply)(JsonText());
    });
  });
}

// --- HTTP, and waiting

void Stage::request(const Args& args, ReplyTo reply) {
  const auto& asked = args.at(0).as_object();
  const std::string target = text_of(asked.at("path"));
  const auto question = target.find('?');
  auto body = base64_decode(std::string_view(asked.at("body").as_string()));
  if (!body) return std::move(reply)(body.error());
  HttpRequest request;
  request.method = text_of(asked.at("method"));
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.host = "localhost";
  request.body = *std::move(body);
  request.peer = "127.0.0.1";
  for (const Json& header : asked.at("headers").as_array())
    request.headers.push_back({text_of(header.at(0)), text_of(header.at(1))});
  const Shard::Scope here(shard());
  node_->rooms().requests().handle(request,
                                   Responder(shard(), [reply = std::move(reply)](const HttpResponse& response) mutable {
                                     std::move(reply)(json_of(response));
                                   }));
}

void Stage::rest(const Args&, ReplyTo reply) {
  at_rest_.emplace_back([reply = std::move(reply)]() mutable { std::move(reply)(JsonText()); });
}

/// In steps, so that timers fire in their order and what they cause happens at its time.
void Stage::advance(const Args& args, ReplyTo reply) {
  constexpr int steps_max = 10'000;
  const auto whole =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(args.at(0).to_number<double>()));
  advances_.push_back({whole, std::max<Duration>(1ms, whole / steps_max), std::move(reply)});
}

/// The rooms are idle at the present time.
void Stage::advance_further() {
  Advance& first = advances_.front();
  if (first.left > Duration::zero()) {
    const Duration step = std::min(first.left, first.step);
    first.left -= step;
    return clock_.advance(step);
  }
  ReplyTo reply = std::move(first.reply);
  advances_.pop_front();
  std::move(reply)(JsonText());
}

void Stage::fetched(const Args&, ReplyTo reply) { fetch_.next(std::move(reply)); }

void Stage::answer(const Args& args, ReplyTo reply) {
  fetch_.answer(args.at(0).to_number<std::uint64_t>(), JsonText::of(args.at(1)));
  std::move(reply)(JsonText());
}

void Stage::fail_fetch(const Args& args, ReplyTo reply) {
  fetch_.answer(args.at(0).to_number<std::uint64_t>(), fail(ErrorCode::failed, text_of(args.at(1))));
  std::move(reply)(JsonText());
}

}  // namespace entmoot_app
