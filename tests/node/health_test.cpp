// SPDX-License-Identifier: MIT

#include <entmoot/node/health.hpp>

#include <entmoot/node/node.hpp>

#include "../web/raw_client.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

using namespace entmoot;

namespace {

/// A node that serves the health routes on a port.
class HealthyNode {
 public:
  HealthyNode() {
    add_health_routes(node.endpoint(), node);
    REQUIRE(node.start().has_value());
  }
  std::string get(const std::string& path) {
    RawClient client(node.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return client.response();
  }
  Node node{{.shards = 2, .endpoint = {.listener = {.port = 0}}}};
};

}  // namespace

TEST_CASE("a node that runs is alive and ready") {
  HealthyNode healthy;
  CHECK(healthy.get("/healthz").starts_with("HTTP/1.1 200 "));
  CHECK(healthy.get("/readyz").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a node that leaves service says so, and serves its clients all the same") {
  HealthyNode healthy;
  healthy.node.leave_service();
  const std::string answer = healthy.get("/readyz");
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("the server is about to stop") != std::string::npos);
  CHECK(healthy.get("/healthz").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a shard that runs no task for a second makes the node unhealthy") {
  HealthyNode healthy;
  // Shards take connections in turn: the first one is on shard 0, and shard 1 is blocked until it is answered.
  std::promise<void> answered;
  healthy.node.shards()[1].post([done = answered.get_future().share()] { done.wait(); });
  CHECK(healthy.get("/healthz").starts_with("HTTP/1.1 503 "));
  answered.set_value();
}
