// SPDX-License-Identifier: MIT

#include "test_node.hpp"

#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {
// Rounds that the end of the rooms may take; it takes three.
constexpr int last_rounds_max = 1000;
}  // namespace

TestNode::TestNode(const std::shared_ptr<const App>& app)
    : app_(app),
      rooms_({shards_, registry_, pubsub_, presence_}, app_),
      user_socket_(rooms_, news_, app_->config.tokens),
      sockets_(shards_, pubsub_, user_socket_, app_->config.socket.limits) {}

TestNode::~TestNode() {
  shard().post([this] { rooms_.stop_here(); });
  for (int round = 0; round < last_rounds_max && poll(); ++round) {
  }
}

void TestNode::reload() {
  // A room goes over to a route that is another one, so each gets a twin.
  auto next = std::make_shared<App>(*app_);
  for (auto& route : next->routes) route = std::make_shared<const Route>(*route);
  app_ = next;
  rooms_.use(std::move(next));
}

}  // namespace entmoot_app
