// SPDX-License-Identifier: MIT

#include <entmoot/node/node.hpp>

#include <algorithm>
#include <utility>

namespace entmoot {

namespace {
// Bound on the rounds to stop a stepped node; a few suffice.
constexpr int last_rounds_max = 1000;
}  // namespace

Node::Node(NodeOptions options)
    : shards_(options.shards, options.clock),
      pubsub_(shards_),
      presence_(shards_, pubsub_),
      registry_(shards_),
      js_(shards_.size(), [&](unsigned index) { return std::make_unique<JsShard>(shards_[index], options.js); }),
      endpoint_(shards_, options.endpoint) {
  if (options.rooms) rooms_ = std::make_unique<RoomHost>(*this, *std::move(options.rooms));
}

Node::~Node() {
  stop();
  rooms_.reset();
}

SocketMount& Node::socket(std::string_view path, const UserSocket& user_socket, EndpointSocket mount,
                          SocketLimits limits) {
  SocketMount& sockets = *mounts_.emplace_back(std::make_unique<SocketMount>(shards_, pubsub_, user_socket, limits));
  mount.connect = [&sockets](const ConnectInfo& info, Transport& transport) {
    return sockets.connect(info, transport);
  };
  endpoint_.socket(path, std::move(mount));
  return sockets;
}

void Node::on_stop(std::function<void(Shard&)> stop) { stops_.push_back(std::move(stop)); }

Result<void> Node::start() {
  shards_.start();
  return endpoint_.start();
}

void Node::stop_here(Shard& shard) {
  std::for_each(stops_.rbegin(), stops_.rend(), [&](const auto& stop) { stop(shard); });
  if (rooms_) rooms_->stop_here();
}

void Node::stop(Duration drain) {
  if (std::exchange(stopped_, true)) return;
  if (shards_.running()) {
    endpoint_.drain_and_close(drain);
    if (rooms_ && drain > Duration::zero()) rooms_->serialize_durable(drain);
    shards_.visit_all([this](Shard& shard) { stop_here(shard); });
    shards_.stop_and_join();
    return;
  }
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i].post([this, &shard = shards_[i]] { stop_here(shard); });
  }
  for (int round = 0; round < last_rounds_max && step(); ++round) {
  }
}

bool Node::step() {
  bool did = false;
  for (std::size_t i = 0; i < shards_.size(); ++i) did |= shards_[i].poll();
  return did;
}

void Node::settle() {
  while (step()) {
  }
}

}  // namespace entmoot
