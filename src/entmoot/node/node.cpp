// SPDX-License-Identifier: MIT

#include <entmoot/node/node.hpp>

#include <entmoot/core/cpu_clock.hpp>
#include <entmoot/store/store_writer.hpp>

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

std::vector<std::string> Node::not_ready_because() const {
  std::vector<std::string> reasons;
  if (leaving_.load(std::memory_order_relaxed)) reasons.emplace_back("the server is about to stop");
  const StoreWriter* const store = rooms_ ? rooms_->rooms().options().store.get() : nullptr;
  if (const auto why = store ? store->reason() : std::nullopt) {
    reasons.push_back("the journal of durable rooms cannot be written: " + why->reason);
  }
  return reasons;
}

NodeMetrics Node::measure_here(Shard& shard) {
  NodeMetrics part;
  part.shard_cpu.push_back(ThreadCpuClock().now().time_since_epoch());
  part.web = endpoint_.counters_here();
  part.deliveries = pubsub_.counters_here();
  for (const auto& mount : mounts_) part.sockets += mount->counters_here();
  part.other_turns = js_.on(shard).turns;
  if (rooms_) {
    part.sockets += rooms_->sockets().counters_here();
    part.rooms = rooms_->rooms().here().counters();
  }
  return part;
}

void Node::measure(UniqueFunction<void(NodeMetrics)> report) {
  const auto add = [](NodeMetrics all, const NodeMetrics& part) {
    all += part;
    return all;
  };
  shards_.map_reduce([this](Shard& shard) { return measure_here(shard); }, NodeMetrics(), add,
                     [this, report = std::move(report)](NodeMetrics all) mutable {
                       all.process = process_usage();
                       all.ready = not_ready_because().empty();
                       if (const auto store = rooms_ ? rooms_->rooms().options().store : nullptr) {
                         all.store = store->counters();
                         all.store_failing = store->failing();
                       }
                       report(std::move(all));
                     });
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
