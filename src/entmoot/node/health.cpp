// SPDX-License-Identifier: MIT

#include <entmoot/node/health.hpp>

#include <entmoot/base/json.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/web/endpoint.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace entmoot {

namespace {

// How long a shard may take for a task: it runs thousands in this time, unless it is stuck.
constexpr Duration answer_timeout = std::chrono::seconds(1);

void answer_healthz(Node& node, Responder responder) {
  Shard& here = Shard::here();
  const auto waiting = std::make_shared<Responder>(std::move(responder));  // of this shard: the first answer counts
  here.after(answer_timeout, [waiting] {
    waiting->respond(HttpResponse::error(503, "a thread of the server has not answered within a second"));
  });
  node.shards().map_reduce(
      [](Shard&) { return true; }, true, std::logical_and<>(),
      [waiting, &here](bool) {
        here.post([waiting] { waiting->respond(HttpResponse::json(200, JsonText::of({{"status", "ok"}}))); });
      });
}

void answer_readyz(const Node& node, Responder responder) {
  const auto reasons = node.not_ready_because();
  if (reasons.empty()) return responder.respond(HttpResponse::json(200, JsonText::of({{"status", "ready"}})));
  responder.respond(
      HttpResponse::json(503, JsonText::of({{"status", "not ready"}, {"reasons", boost::json::value_from(reasons)}})));
}

}  // namespace

void add_health_routes(Endpoint& endpoint, Node& node) {
  endpoint.get("/healthz",
               [&node](const HttpRequest&, Responder responder) { answer_healthz(node, std::move(responder)); });
  endpoint.get("/readyz",
               [&node](const HttpRequest&, Responder responder) { answer_readyz(node, std::move(responder)); });
}

}  // namespace entmoot
